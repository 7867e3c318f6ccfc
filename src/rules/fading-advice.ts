import type { Remedy } from '../record/finding.js';
import type { LayerFacts, ModelFacts } from '../record/run.js';
import { fitsActivation, fittingInitializer, isSmallSpread } from './fitting-initializer.js';

/** Largest slope of activations that shrink every gradient that passes. */
export const largestSlope: ReadonlyMap<string, number> = new Map([
  ['sigmoid', 0.25],
  ['hardSigmoid', 0.2],
]);
/** Activations of slope 1 at most, and nearly 0 far from the origin. */
const squashing: ReadonlySet<string> = new Set(['tanh', 'softsign']);
/** Hidden layers from which on a way around them is worth its price. Heuristic. */
const deep = 10;

/** The hidden layers, from this depth on, that gradients pass on their way back. */
export function hiddenLayers(model: ModelFacts | null, depth: number): readonly LayerFacts[] {
  return (model?.layers ?? []).filter((layer) => !layer.isOutput && layer.depth >= depth);
}

/** Why a gradient fades in these layers, as far as their facts tell; `undefined` where they do not. */
export function fadingCause(hidden: readonly LayerFacts[]): string | undefined {
  const slope = slopeReason(hidden);
  const reasons = [slope, weightReason(hidden, slope ? 'it further' : 'the gradient')];
  return reasons.filter((reason) => reason !== undefined).join(', and ') || undefined;
}

function slopeReason(hidden: readonly LayerFacts[]): string | undefined {
  for (const [activation, slope] of largestSlope) {
    const n = hidden.filter((layer) => layer.activation === activation).length;
    if (n === 1) return `the ${activation} layer scales the gradient by at most ${slope}`;
    if (n > 1) return `${n} ${activation} layers each scale the gradient by at most ${slope}`;
  }
  for (const activation of squashing) {
    const n = hidden.filter((layer) => layer.activation === activation).length;
    if (n > 0)
      return `${n} ${activation} layer${n === 1 ? ' shrinks' : 's shrink'} the gradient wherever saturated`;
  }
  return undefined;
}

function weightReason(hidden: readonly LayerFacts[], what: string): string | undefined {
  for (const layer of hidden) {
    const initializer = layer.initializers?.['kernel'];
    if (initializer === undefined || isRecurrent(layer)) continue;
    if (isSmallSpread(initializer)) return `${initializer} weights shrink ${what}`;
    if (
      fittingInitializer(layer.activation) === 'heNormal' &&
      !fitsActivation(initializer, layer.activation)
    ) {
      return `${initializer} weights do not make up for what ${layer.activation} cuts away`;
    }
  }
  return undefined;
}

/** What lets the gradient through these layers again, the most promising first. */
export function fadingRemedies(hidden: readonly LayerFacts[], model: ModelFacts | null): Remedy[] {
  const plain = hidden.filter((layer) => !isRecurrent(layer));
  const shrinking = plain.filter(({ activation = '' }) => largestSlope.has(activation));
  const saturating = plain.filter(({ activation = '' }) => squashing.has(activation));
  const replaced = shrinking.length > 0 ? [...shrinking, ...saturating] : [];
  const kept = plain.filter((layer) => !replaced.includes(layer));
  const normalized = model?.layers.some(({ className }) => className.includes('Normalization'));
  return [
    remedy(
      'activation',
      replaced,
      'relu',
      'its slope is 1 wherever a unit is on, so gradients pass unshrunk',
    ),
    remedy(
      'initializer',
      replaced,
      'heNormal',
      'weights of variance 2 / fan-in keep the variance through relu',
    ),
    ...initializerRemedies(kept),
    remedy(
      'activation',
      replaced.length > 0 ? [] : saturating,
      'relu',
      'it does not saturate where it is on',
    ),
    remedy(
      'normalization',
      normalized ? [] : plain.filter(hasKernel),
      'batchNormalization',
      'it keeps the scale of signals and gradients from layer to layer',
    ),
    remedy(
      'residual',
      plain.length >= deep ? plain.filter(hasKernel) : [],
      'connection',
      'gradients of deep networks need a way around the layers',
    ),
  ].filter(({ layers }) => layers.length > 0);
}

/** Initialisers that keep the variance, for those of these layers whose weights do not. */
export function initializerRemedies(layers: readonly LayerFacts[]): Remedy[] {
  const unfit = layers.filter((layer) => {
    const initializer = layer.initializers?.['kernel'];
    return initializer !== undefined && !isRecurrent(layer) && !fitsActivation(initializer, layer.activation);
  });
  return (['heNormal', 'lecunNormal', 'xavierUniform'] as const)
    .map((to) =>
      remedy(
        'initializer',
        unfit.filter((layer) => fittingInitializer(layer.activation) === to),
        to,
        'its weights keep the variance of signals and gradients for the activation of these layers',
      ),
    )
    .filter((remedy) => remedy.layers.length > 0);
}

/** For a recurrent layer whose state or gradient changes its size with every time step. */
export const orthogonalRemedy = (path: string): Remedy => ({
  kind: 'initializer',
  layers: [path],
  to: 'orthogonal',
  reason: 'recurrent weights that keep the norm of what they carry',
});

export function isRecurrent({ className }: LayerFacts): boolean {
  return /LSTM|GRU|RNN|Bidirectional/.test(className);
}

function hasKernel(layer: LayerFacts): boolean {
  return layer.initializers?.['kernel'] !== undefined;
}

function remedy(kind: Remedy['kind'], layers: readonly LayerFacts[], to: string, reason: string): Remedy {
  return { kind, layers: layers.map(({ path }) => path), to, reason };
}
