import type { LayerFacts } from '../record/run.js';
import type { ActivationFacts } from './activation-profile.js';
import { activationProfiles } from './activation-profiles.js';
import { weightDistribution } from './weight-distribution.js';

type ElementWise = Pick<ActivationFacts, 'f' | 'derivative'>;

/** A layer as mean-field theory sees it: what it does to the units, then what it does to each. */
export interface LayerModel {
  /** Its matrix, or `null` where every unit passes by itself. */
  readonly kernel: Kernel | null;
  /** Or why it is not known. */
  readonly activation: ElementWise | string;
}

/** A matrix of weights with its bias. */
export interface Kernel {
  readonly fanIn: number;
  readonly fanOut: number;
  /** `mix`: independent entries of this variance; `scale`: a multiple of the identity. */
  readonly weights: { readonly mix: number } | { readonly scale: number };
  readonly bias: { readonly mean: number; readonly variance: number };
}

const identity: ElementWise = activationProfiles.linear;

/** Layers that are an activation. */
const activationLayers = new Set(['Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'ThresholdedReLU']);
/** Layers that move units about. */
const passingLayers = new Set(['Flatten', 'Permute', 'Reshape']);

/** @returns The model of a layer, or why there is none. */
export function layerModel(layer: LayerFacts): LayerModel | string {
  const { className } = layer;
  if (passingLayers.has(className)) return { kernel: null, activation: identity };
  if (activationLayers.has(className)) return { kernel: null, activation: activationOf(layer) };
  if (className !== 'Dense') return `${className}: only Dense, activation and reshaping layers are predicted`;
  const kernel = kernelOf(layer);
  return typeof kernel === 'string' ? kernel : { kernel, activation: activationOf(layer) };
}

function activationOf({ className, activation = 'linear', initializers }: LayerFacts): ElementWise | string {
  // Its slope below 0 is a weight.
  if (className === 'PReLU') return leakOf(initializers?.['alpha'] ?? 'Zeros');
  const profile = Object.values(activationProfiles).find(
    ({ name, tfjs }) => name === activation || tfjs.activation === activation,
  );
  return profile ?? `${activation}: no element-wise activation that has a profile`;
}

function leakOf(initializer: string): ElementWise | string {
  const alpha = weightDistribution(initializer, []);
  if (alpha?.kind !== 'random' || alpha.variance > 0) return `alpha drawn by ${initializer} is not predicted`;
  const { mean } = alpha;
  return { f: (x) => (x > 0 ? x : mean * x), derivative: (x) => (x > 0 ? 1 : mean) };
}

function kernelOf({ weights, initializers }: LayerFacts): Kernel | string {
  const [fanIn, fanOut] = weights?.['kernel'] ?? [];
  if (fanIn === undefined || fanOut === undefined) return 'the shape of its kernel is not recorded';
  const drawnBy = initializers?.['kernel'] ?? 'an initialiser that is not recorded';
  const drawn = weightDistribution(drawnBy, [fanIn, fanOut]);
  const bias = biasOf(weights?.['bias'], initializers?.['bias']);
  if (drawn === null) return `a kernel drawn by ${drawnBy} is not predicted`;
  if (bias === null) return `a bias drawn by ${initializers?.['bias']} is not predicted`;
  if (drawn.kind === 'identity') {
    if (bias.variance > 0) return 'an identity kernel with random biases is not predicted';
    return { fanIn, fanOut, weights: { scale: drawn.gain }, bias };
  }
  if (drawn.mean !== 0) return `a kernel of mean ${drawn.mean} gives all units the same sum: not predicted`;
  return { fanIn, fanOut, weights: { mix: drawn.variance }, bias };
}

function biasOf(shape: readonly number[] | undefined, initializer = 'Zeros'): Kernel['bias'] | null {
  if (shape === undefined) return { mean: 0, variance: 0 };
  const drawn = weightDistribution(initializer, shape);
  return drawn?.kind === 'random' ? drawn : null;
}
