import type { LayerFacts, ModelFacts } from '../record/run.js';
import type {
  Breakdown,
  GradientPrediction,
  LayerPrediction,
  PredictGradientsOptions,
} from './gradient-prediction.js';
import { layerModel } from './layer-model.js';
import {
  backThroughKernel,
  type Gradient,
  type LayerPass,
  meanSquare,
  passForward,
  squaredNormOf,
  throughActivation,
} from './propagate.js';

/**
 * Predicts the norms of activations and gradients of an untrained model from its configuration alone: how its initialisers,
 * activations and sizes act together over its depth, and at which layer signal or gradient is lost.
 *
 * Layer by layer, with m the mean square of a layer's output and n its size: q = n_in Var(W) m_in + Var(b),
 * m = E phi(sqrt(q) z)^2; and backward |dL/dh_in|^2 = n_in Var(W) E phi'(sqrt(q) z)^2 |dL/dh|^2. Weights have the variance
 * that tfjs draws, not the one that it promises: `VarianceScaling` with the distribution 'normal' has 0.774 of its scale,
 * with 'truncatedNormal' it is uniform.
 *
 * Covers chains of Dense, activation and reshaping layers whose kernels are random with mean 0 (`Zeros` included), orthogonal or
 * the identity. At any other layer the prediction stops and `unpredicted` says why: outputs from there on are `null`, and so are
 * all gradients. A layer of activation is taken with the parameters that tfjs gives it by default. The theory is that of wide
 * layers; in one net of width n and depth l, norms scatter by a factor of about exp(sqrt(l / n)) around it.
 *
 * @param model - Facts of a model: `run.model` of a monitor, which has them from the first step on, or the same as data
 *   written by hand. Shapes of kernels are needed, so the model must be built.
 * @throws RangeError when an option is out of range.
 * @remarks Cost: about a millisecond for each layer. Source: arXiv 1502.01852, arXiv 1606.05340, arXiv 1611.01232.
 * @example
 * ```ts
 * import { theory } from 'gradient-health';
 *
 * const layers = Array.from({ length: 20 }, (_, depth) => ({
 *   path: `dense_${depth}`,
 *   className: 'Dense',
 *   depth,
 *   inbound: depth === 0 ? [] : [`dense_${depth - 1}`],
 *   activation: 'relu',
 *   // The default of tfjs, glorotNormal: it keeps sqrt(0.774 / 2) of a norm in each layer.
 *   initializers: { kernel: 'VarianceScaling(1, fanAvg, normal)', bias: 'Zeros' },
 *   weights: { kernel: [64, 64], bias: [64] },
 *   isOutput: depth === 19,
 * }));
 * const { signal, gradient } = theory.predictGradients({ layers });
 * console.log(signal);
 * // { path: 'dense_14', depth: 15, kind: 'vanishes' }
 * console.log(gradient);
 * // { path: 'dense_3', depth: 17, kind: 'vanishes' }
 * ```
 */
export function predictGradients(
  model: Pick<ModelFacts, 'layers'>,
  { inputMeanSquare = 1, limit = 1000 }: PredictGradientsOptions = {},
): GradientPrediction {
  if (!(inputMeanSquare > 0 && Number.isFinite(inputMeanSquare))) {
    throw new RangeError(
      `predictGradients: inputMeanSquare must be a positive finite number, got ${inputMeanSquare}`,
    );
  }
  if (!(limit > 1)) throw new RangeError(`predictGradients: limit must be above 1, got ${limit}`);
  const unpredicted = new Map<string, string>();
  const passes = forward(model.layers, Math.sqrt(inputMeanSquare), unpredicted);
  const gradients = backward(passes);
  const outputs = passes.map((pass) => pass?.output && meanSquare(pass.output));
  const layers = model.layers.map(({ path }, index): LayerPrediction => {
    const output = outputs[index];
    return {
      path,
      outputNorm: typeof output === 'number' ? Math.sqrt(output * (passes[index]?.size ?? Number.NaN)) : null,
      ...(gradients[index] ?? { gradientNorm: null, kernelGradientNorm: null }),
    };
  });
  const growth = outputs.map((output) => (output ? Math.sqrt(output / inputMeanSquare) : (output ?? null)));
  return {
    layers,
    signal: breakdown(
      growth.map((factor, index) => ({ path: layers[index]?.path ?? '', factor })),
      limit,
    ),
    gradient: breakdown(
      layers.map(({ path, gradientNorm }) => ({ path, factor: gradientNorm })).reverse(),
      limit,
    ),
    unpredicted: [...unpredicted].map(([path, reason]) => ({ path, reason })),
  };
}

/** Up to the first layer that has no model, behind which the signal is not known. */
function forward(
  layers: readonly LayerFacts[],
  inputStd: number,
  unpredicted: Map<string, string>,
): (LayerPass | null)[] {
  let signal: ((z: number) => number) | null = (z) => inputStd * z;
  let size = layers.find(({ weights }) => weights?.['kernel'])?.weights?.['kernel']?.[0] ?? Number.NaN;
  return layers.map((layer, index) => {
    if (signal === null) return null;
    const isLast = index === layers.length - 1;
    const modelled = breakInChain(layers, index) ?? layerModel(layer);
    const reason = typeof modelled === 'string' ? modelled : modelled.activation;
    if (typeof reason === 'string') unpredicted.set(layer.path, reason);
    // Of the last layer, gradients are counted from below the activation: they do not need it.
    if (typeof modelled === 'string' || (typeof modelled.activation === 'string' && !isLast)) {
      signal = null;
      return null;
    }
    const pass = passForward(modelled, signal, size);
    signal = pass.output;
    size = pass.size;
    return pass;
  });
}

/** Why a layer is no link of a chain, if it is none. */
function breakInChain(layers: readonly LayerFacts[], index: number): string | null {
  const inbound = layers[index]?.inbound ?? [];
  const expected = layers.slice(Math.max(0, index - 1), index).map(({ path }) => path);
  if (inbound.join() !== expected.join()) return 'not in a chain: branches and joints are not predicted';
  if (layers[index]?.isOutput && index < layers.length - 1) return 'an output inside the model';
  return null;
}

type GradientNorms = Pick<LayerPrediction, 'gradientNorm' | 'kernelGradientNorm'>;

/** Down from the output, if the signal was known all the way to it. */
function backward(passes: readonly (LayerPass | null)[]): (GradientNorms | null)[] {
  let gradient: Gradient = { squaredNorm: 1, slopes: () => 1 };
  const known = passes.every((pass) => pass !== null);
  return passes
    .map((pass, index) => ({ pass, isLast: index === passes.length - 1 }))
    .reverse()
    .map(({ pass, isLast }): GradientNorms | null => {
      if (!known || pass === null) return null;
      const gradientNorm = Math.sqrt(squaredNormOf(gradient));
      const inner = isLast ? gradient : throughActivation(gradient, pass);
      gradient = backThroughKernel(inner, pass);
      const inputNorm = Math.sqrt(pass.inputMeanSquare * (pass.kernel?.fanIn ?? Number.NaN));
      return {
        gradientNorm,
        kernelGradientNorm: pass.kernel && Math.sqrt(squaredNormOf(inner)) * inputNorm,
      };
    })
    .reverse();
}

function breakdown(
  way: readonly { readonly path: string; readonly factor: number | null }[],
  limit: number,
): Breakdown | null {
  const at = way.findIndex(({ factor }) => factor !== null && !(factor <= limit && factor >= 1 / limit));
  const { path, factor } = way[at] ?? {};
  if (path === undefined || typeof factor !== 'number') return null;
  return { path, depth: at + 1, kind: factor < 1 ? 'vanishes' : 'explodes' };
}
