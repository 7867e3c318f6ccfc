import { util } from '@tensorflow/tfjs-core';
import { initializers } from '@tensorflow/tfjs-layers';
import { type Fans, fans } from '../layout/fans.js';
import type { WeightKind } from '../layout/kind.js';
import { assertPositive } from './assert-positive.js';
import { fillWith, type Initializer } from './initializer.js';
import { normal, randomStreams, savedSeed, truncatedVariance, uniform } from './random.js';

/** Kinds of weights that have fans. */
export type KernelKind = Exclude<WeightKind, 'vector' | 'unknown'>;

/** What a kernel's variance is divided by. */
export type FanMode = 'fanIn' | 'fanOut' | 'fanAvg';

/** Options of the initialisers that set a kernel's variance by its fans. */
export interface VarianceOptions {
  /**
   * A safe integer, 0 included, taken modulo 2^32, that fixes the weights: a program run twice gets the same. An
   * initialiser given to several layers fills each differently; two initialisers with the same seed fill kernels of the
   * same shape alike.
   *
   * @default chance
   */
  readonly seed?: number;
  /** Factor on the standard deviation, to match the activation; positive. The default is named by each function. */
  readonly gain?: number;
  /**
   * What the kernel's axes mean. tfjs tells an initialiser the shape only, which is the same for a convolution, a
   * depthwise and a transposed one, so name these; name `recurrent` for kernels that fuse gates, with `gates`. A
   * `depthwise` kernel of 1 x 1 taps counts as `conv`: tfjs's separableConv2d fills its pointwise kernel with its
   * `depthwiseInitializer`.
   *
   * @default 'dense' for rank 2, 'conv' for ranks 3 to 5
   */
  readonly kind?: KernelKind;
  /**
   * Gates fused in a `recurrent` kernel: LSTM 4, GRU 3, SimpleRNN 1. Each is a layer of its own and gets its own fans.
   *
   * @default 1
   */
  readonly gates?: number;
}

/** One distribution of the family. */
interface VarianceScaling extends VarianceOptions {
  readonly gain: number;
  readonly mode: FanMode;
  readonly distribution: 'normal' | 'uniform';
}

const fansByMode: Readonly<Record<FanMode, (fans: Fans) => number>> = {
  fanIn: ({ fanIn }) => fanIn,
  fanOut: ({ fanOut }) => fanOut,
  fanAvg: ({ fanIn, fanOut }) => (fanIn + fanOut) / 2,
};

const ranks: Readonly<Record<KernelKind, readonly [least: number, most: number]>> = {
  dense: [2, 2],
  conv: [3, 5],
  depthwise: [3, 5],
  transposed: [3, 5],
  recurrent: [2, 5],
  embedding: [2, 2],
};

/**
 * Builds an initialiser with variance gain^2 / fan. It is saved as tfjs's `VarianceScaling`, by a configuration that says
 * what tfjs has to do for the same variance.
 *
 * @param name - Of the public function, for error messages.
 */
export function varianceScaling(name: string, options: VarianceScaling): Initializer {
  const { gain, mode, distribution, seed, kind, gates = 1 } = options;
  assertPositive(name, 'gain', gain);
  if (!Object.hasOwn(fansByMode, mode)) {
    throw new RangeError(`${name}: mode must be one of ${Object.keys(fansByMode).join(', ')}, got ${mode}`);
  }
  if (kind !== undefined && !Object.hasOwn(ranks, kind)) {
    throw new RangeError(`${name}: kind must be one of ${Object.keys(ranks).join(', ')}, got ${kind}`);
  }
  if (!(Number.isInteger(gates) && gates > 0) || (gates > 1 && kind !== 'recurrent')) {
    throw new RangeError(
      `${name}: gates must be a positive integer, and 1 unless kind is 'recurrent', got ${gates}`,
    );
  }
  const nextStream = randomStreams(name, seed);
  const correction = distribution === 'normal' ? truncatedVariance : 1;
  const modeInTfjs = readByTfjs(kind, mode);
  const fanOf = (shape: readonly number[]): number =>
    Math.max(1, fansByMode[mode](fans(kindOfKernel(shape, kind), shape, { gates })));
  const fanInTfjsOverFan = (shape: readonly number[]): number =>
    Math.max(1, fansByMode[modeInTfjs](fans('unknown', shape))) / fanOf(shape);
  // tfjs's bidirectional copies a layer before it fills any kernel. A recurrent one has then as many inputs as units.
  let ratio = kind === 'recurrent' ? fanInTfjsOverFan([1, gates]) : 1;

  const initializer = initializers.varianceScaling({});
  initializer.getConfig = () => ({
    scale: (gain ** 2 / correction) * ratio,
    mode: modeInTfjs,
    distribution,
    seed: savedSeed(seed),
  });
  return fillWith(name, initializer, (shape) => {
    assertHasFans(name, shape, kind, gates);
    ratio = fanInTfjsOverFan(shape);
    const std = Math.sqrt(gain ** 2 / fanOf(shape));
    const size = util.sizeFromShape(shape);
    return distribution === 'normal'
      ? normal(size, std / Math.sqrt(truncatedVariance), nextStream(), 2)
      : uniform(size, std * Math.sqrt(3), nextStream());
  });
}

/**
 * tfjs reads every kernel as a dense or convolutional one. Of its three fans, this one is the right one or a multiple of
 * it that depends least on the shape: the swapped fan of a transposed kernel is exact, and k x multiplier of a depthwise
 * one is exact at the usual multiplier of 1.
 */
function readByTfjs(kind: KernelKind | undefined, mode: FanMode): FanMode {
  if (kind === 'depthwise') return 'fanOut';
  if (kind !== 'transposed' || mode === 'fanAvg') return mode;
  return mode === 'fanIn' ? 'fanOut' : 'fanIn';
}

function kindOfKernel(shape: readonly number[], kind: WeightKind = 'unknown'): WeightKind {
  const isPointwise = shape.slice(0, -2).every((taps) => taps === 1);
  return kind === 'depthwise' && isPointwise ? 'conv' : kind;
}

function assertHasFans(
  name: string,
  shape: readonly number[],
  kind: KernelKind | undefined,
  gates: number,
): void {
  const [least, most] = kind === undefined ? [2, 5] : ranks[kind];
  const got = `got shape [${shape.join(', ')}]`;
  if (shape.length < least || shape.length > most) {
    const kernel = kind === undefined ? 'kernel' : `${kind} kernel`;
    const rank = least === most ? `${least}` : `${least} to ${most}`;
    const fix = shape.length < 2 ? "; use 'zeros' or 'ones' for biases and scales" : '';
    throw new RangeError(`${name}: expected a ${kernel} of rank ${rank}, which has fans, ${got}${fix}`);
  }
  if ((shape.at(-1) ?? 0) % gates !== 0) {
    throw new RangeError(`${name}: expected a last axis of ${gates} gates x units, ${got}`);
  }
}
