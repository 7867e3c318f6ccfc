import { clone, moments, mul, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { assertModel } from '../layout/is-layers-model.js';
import { kindOf } from '../layout/kind.js';
import { placeLayers } from '../layout/paths.js';
import { assertKnownOptions } from '../record/known-options.js';
import { assertPositive } from './assert-positive.js';
import { beforeFirstCall, withoutActivation } from './layer-call.js';
import { orthogonal } from './orthogonal.js';
import { assertSeed } from './random.js';

/** Options of {@link lsuv}. */
export interface LsuvOptions {
  /**
   * Where the variance shall be 1: before the activation, or after it, where saturating activations cannot reach it.
   *
   * @default 'preActivation'
   */
  readonly measure?: 'preActivation' | 'output';
  /**
   * Distance of the variance from 1 that is good enough; positive.
   *
   * @default 0.02
   */
  readonly tolerance?: number;
  /**
   * Rescalings of one layer at most; a positive integer.
   *
   * @default 10
   */
  readonly maxIterations?: number;
  /**
   * Whether to fill the kernels with orthogonal matrices first, as the method has it; otherwise what they hold is
   * scaled.
   *
   * @default true
   */
  readonly orthogonal?: boolean;
  /**
   * Seed of the orthogonal matrices: a safe integer, 0 included.
   *
   * @default chance
   */
  readonly seed?: number;
}

/** What {@link lsuv} did to one layer. */
export interface LsuvLayer {
  /** Path of the layer in the model. */
  readonly layer: string;
  /** Variance of its output on the given data, in the end. */
  readonly variance: number;
  /** Rescalings that were kept. */
  readonly iterations: number;
  /** Whether the variance is 1 within the tolerance. */
  readonly converged: boolean;
}

/**
 * Initialises a model from data, layer by layer from the input on: fills each kernel with an orthogonal matrix and
 * divides it by the standard deviation of what the layer puts out on the data, until the variance is 1
 * (layer-sequential unit variance).
 *
 * Layers with a dense, convolutional, depthwise or transposed kernel are set; recurrent layers, embeddings and frozen
 * layers stay as they are. A layer that the model calls several times is measured at its first call, in inference mode.
 * Biases are kept. A layer without a positive finite variance (its inputs are constant, or NaN) is left alone, and a
 * rescaling that does not bring the variance at least half way to 1, on a logarithmic scale, is taken back: a saturated
 * tanh has no variance of 1 to reach, and larger weights would only stop its gradients.
 *
 * @param x - One batch of inputs as training will see them, standardised: some hundred examples.
 * @returns What became of each layer set, in order. No tensors.
 * @throws TypeError for what is no model, RangeError for an option out of range.
 * @remarks Cost: one forward pass of the model and about three more of each layer set, with one number read back for
 *   each. Source: arXiv 1511.06422.
 * @example
 * ```ts
 * import { randomNormal } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { lsuv } from 'gradient-health';
 *
 * const model = sequential({
 *   layers: [
 *     layers.dense({ units: 64, inputShape: [32], activation: 'tanh' }),
 *     layers.dense({ units: 1 }),
 *   ],
 * });
 * const set = lsuv(model, randomNormal([256, 32]));
 * console.log(set.map(({ variance }) => variance.toFixed(1)).join(' '));
 * // 1.0 1.0
 * ```
 */
export function lsuv(model: LayersModel, x: Tensor | Tensor[], options: LsuvOptions = {}): LsuvLayer[] {
  assertKnownOptions('lsuv', options, ['measure', 'tolerance', 'maxIterations', 'orthogonal', 'seed']);
  const {
    measure = 'preActivation',
    tolerance = 0.02,
    maxIterations = 10,
    orthogonal: refill = true,
    seed,
  } = options;
  assertModel('lsuv', model);
  assertPositive('lsuv', 'tolerance', tolerance);
  assertSeed('lsuv', seed);
  if (!(Number.isInteger(maxIterations) && maxIterations > 0)) {
    throw new RangeError(`lsuv: maxIterations must be a positive integer, got ${maxIterations}`);
  }
  if (measure !== 'preActivation' && measure !== 'output') {
    throw new RangeError(`lsuv: measure must be 'preActivation' or 'output', got ${measure}`);
  }
  const filler = orthogonal(seed === undefined ? {} : { seed });
  const report: LsuvLayer[] = [];
  // Layers do not tell that a model which holds them is frozen.
  const trained = new Set(model.trainableWeights);
  const undo = placeLayers(model).flatMap(({ path, layer }) => {
    const kernels = kernelsOf(layer).filter((kernel) => trained.has(kernel));
    const kernel = kernels.at(-1);
    if (kernel === undefined) return [];
    const set = (run: () => Tensor | Tensor[]): void => {
      if (refill) for (const each of kernels) write(each, () => filler.apply(each.shape));
      const measured = measure === 'output' ? run : () => withoutActivation(layer, run);
      report.push({
        layer: path,
        ...normalise(kernel, () => varianceOf(measured), tolerance, maxIterations),
      });
    };
    return [beforeFirstCall(layer, set)];
  });
  try {
    // In one batch: every layer then sees all of the data, behind layers that are set already.
    tidy(() => {
      model.predict(x, { batchSize: [x].flat()[0]?.shape[0] ?? 1 });
    });
  } finally {
    for (const each of undo) each();
  }
  return report;
}

/** Scales a kernel until the variance is 1; reports what it came to. */
function normalise(
  kernel: LayerVariable,
  measureVariance: () => number,
  tolerance: number,
  maxIterations: number,
): Omit<LsuvLayer, 'layer'> {
  const original = clone(kernel.read());
  const converged = (variance: number): boolean => Math.abs(variance - 1) <= tolerance;
  let scale = 1;
  let variance = measureVariance();
  let iterations = 0;
  while (!converged(variance) && iterations < maxIterations && variance > 0 && variance < Infinity) {
    const rescaled = scale / Math.sqrt(variance);
    write(kernel, () => mul(original, rescaled));
    const next = measureVariance();
    if (!(Math.abs(Math.log(next)) <= Math.abs(Math.log(variance)) / 2)) {
      write(kernel, () => mul(original, scale));
      break;
    }
    scale = rescaled;
    variance = next;
    iterations++;
  }
  original.dispose();
  return { variance, iterations, converged: converged(variance) };
}

/** Variance over all elements of a layer's first output. */
function varianceOf(run: () => Tensor | Tensor[]): number {
  return tidy(() => {
    const [output = tensor([])] = [run()].flat();
    return moments(output).variance.dataSync()[0] ?? Number.NaN;
  });
}

function write(variable: LayerVariable, value: () => Tensor): void {
  tidy(() => {
    variable.write(value());
  });
}

/** Kernels that a layer is linear in, one after the other. */
function kernelsOf(layer: layers.Layer): LayerVariable[] {
  return layer.weights.filter(({ originalName, shape }) => {
    const kind = kindOf(
      layer.getClassName(),
      originalName,
      shape.map((size) => size ?? 0),
    );
    return kind === 'dense' || kind === 'conv' || kind === 'depthwise' || kind === 'transposed';
  });
}
