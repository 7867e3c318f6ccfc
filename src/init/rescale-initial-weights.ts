import { mul, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { fans } from '../layout/fans.js';
import { assertModel } from '../layout/is-layers-model.js';
import { placeLayers } from '../layout/paths.js';
import { summarize } from '../stats/summarize.js';
import { truncatedVariance } from './random.js';

/** A weight that {@link rescaleInitialWeights} changed. */
export interface RescaledWeight {
  /** Path of the layer and name of the weight, as in records. */
  readonly weight: string;
  /** Standard deviation that tfjs gave it. */
  readonly stdBefore: number;
  /** Standard deviation that its initialiser promises, up to chance. */
  readonly stdAfter: number;
}

/**
 * Repairs the weights that tfjs has just initialised too small: those of its `heNormal`, `glorotNormal` (the default of
 * dense, convolutional and recurrent kernels) and `leCunNormal`, which have 0.774 of the promised variance, are
 * multiplied by 1.137 in place. Call it before training; nothing else about the model changes.
 *
 * A weight counts if its layer names such an initialiser, with a scale of exactly 1 or 2. Others are left alone: those of
 * this library, which are right, and those of `varianceScaling` with a scale of its own, which may be corrected by hand.
 * Frozen layers are left alone too.
 *
 * @returns What was changed; empty if nothing needed it.
 * @throws TypeError for what is no model.
 * @throws RangeError, having changed nothing, if one of these weights is not as tfjs initialised it: if its mean or
 *   variance is more than 5 standard deviations of chance off, or a value lies beyond tfjs's cut, since then it has been
 *   trained, loaded or rescaled before.
 * @remarks Cost: reads these weights once. Source: tensorflow/tfjs#8594.
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { rescaleInitialWeights } from 'gradient-health';
 *
 * const model = sequential({ layers: [layers.dense({ units: 512, inputShape: [512], name: 'hidden' })] });
 * const [kernel] = rescaleInitialWeights(model);
 * // Glorot promises sqrt(2 / 1024) = 0.0442.
 * console.log(kernel?.weight, kernel?.stdBefore.toFixed(3), kernel?.stdAfter.toFixed(3));
 * // hidden/kernel 0.039 0.044
 * ```
 */
export function rescaleInitialWeights(model: LayersModel): RescaledWeight[] {
  assertModel('rescaleInitialWeights', model);
  const factor = 1 / Math.sqrt(truncatedVariance);
  // Layers do not tell that a model which holds them is frozen.
  const trained = new Set(model.trainableWeights);
  const found = placeLayers(model).flatMap(({ path, layer }) => {
    const config = configOf(layer);
    return layer.weights
      .filter((variable) => trained.has(variable))
      .flatMap((variable) => {
        const name = variable.originalName.replace(/^.*\//, '');
        const variance = promisedVariance(config[initializerKey(name)], variable);
        return variance === null ? [] : [{ weight: `${path}/${name}`, variable, variance }];
      });
  });
  const rescaled = found.map(({ weight, variable, variance }) => {
    const stdBefore = initialStd(weight, variable, variance);
    return { weight, stdBefore, stdAfter: factor * stdBefore };
  });
  tidy(() => {
    for (const { variable } of found) variable.write(mul(variable.read(), factor));
  });
  return rescaled;
}

type Config = Readonly<Record<string, unknown>>;

/** Of the layer, or of the cell that holds the weights of a recurrent one. */
function configOf(layer: layers.Layer): Config {
  const { cell = layer }: { cell?: layers.Layer } = layer as { cell?: layers.Layer };
  return cell.getConfig();
}

/** `recurrent_kernel` is filled by `recurrentInitializer`, `kernel` by `kernelInitializer`. */
function initializerKey(weightName: string): string {
  return `${weightName.replace(/_kernel$/, '')}Initializer`;
}

/** The variance that a too narrow initialiser of tfjs promises; `null` for all others. */
function promisedVariance(initializer: unknown, { shape }: LayerVariable): number | null {
  const { className, config } = (initializer ?? {}) as { className?: string; config?: Config };
  const { scale, mode, distribution } = config ?? {};
  if (className !== 'VarianceScaling' || distribution !== 'normal' || (scale !== 1 && scale !== 2))
    return null;
  // tfjs reads every kernel as a dense or convolutional one, rightly or not.
  const { fanIn, fanOut } = fans(
    'unknown',
    shape.map((size) => size ?? 0),
  );
  const fan = mode === 'fanIn' ? fanIn : mode === 'fanOut' ? fanOut : (fanIn + fanOut) / 2;
  return scale / Math.max(1, fan);
}

/** Standard deviation of a weight as tfjs initialised it; throws if it is not that. */
function initialStd(weight: string, variable: LayerVariable, promised: number): number {
  const { size, norm, mean, min, max, nans, infs } = summarize(variable.read().dataSync());
  const share = norm ** 2 / (promised * size);
  const cut = 2 * Math.sqrt(promised);
  // Deviations of mean and mean square of such a sample, whose kurtosis is 2.3655; a cut rounded to float32 is 1e-7 off.
  const meanDeviation = Math.sqrt((truncatedVariance * promised) / size);
  const shareDeviation = truncatedVariance * Math.sqrt(1.3655 / size);
  const untouched =
    nans + infs === 0 &&
    Math.abs(share - truncatedVariance) <= 5 * shareDeviation &&
    Math.abs(mean) <= 5 * meanDeviation &&
    Math.max(-min, max) <= cut * (1 + 1e-6);
  if (!untouched) {
    throw new RangeError(
      `rescaleInitialWeights: expected ${weight} as tfjs initialised it, ${truncatedVariance.toFixed(3)} of the promised ` +
        `variance and nothing beyond ${cut.toPrecision(3)}, got ${share.toFixed(3)} and ${Math.max(-min, max).toPrecision(3)}; ` +
        'call it before training, once',
    );
  }
  return norm / Math.sqrt(size);
}
