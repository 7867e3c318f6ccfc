import { type Gain, gainOf } from './gain-of.js';

/** Activations that have a profile. */
export type ActivationName =
  | 'relu'
  | 'leakyRelu'
  | 'prelu'
  | 'relu6'
  | 'elu'
  | 'celu'
  | 'selu'
  | 'thresholdedRelu'
  | 'sigmoid'
  | 'hardSigmoid'
  | 'hardSigmoidKeras3'
  | 'sparseSigmoid'
  | 'tanh'
  | 'hardTanh'
  | 'softsign'
  | 'arctan'
  | 'erf'
  | 'gelu'
  | 'geluTanh'
  | 'quickGelu'
  | 'silu'
  | 'mish'
  | 'hardSwish'
  | 'hardMish'
  | 'softplus'
  | 'squareplus'
  | 'sparsePlus'
  | 'logSigmoid'
  | 'linear'
  | 'sin'
  | 'snake'
  | 'exponential'
  | 'tanhShrink'
  | 'softShrink'
  | 'hardShrink';

/** From the first number to the second; a point has equal ends, `[Infinity, Infinity]` is a limit. */
export type Interval = readonly [from: number, to: number];

/** The slopes that an activation takes. */
export interface SlopeRange {
  /** Smallest slope, or the infimum where it is only approached. */
  readonly min: number;
  /**
   * Where the slope is `min`, or comes as near to it as you like: at an infinity, beside a kink. Of a periodic function,
   * the places nearest to 0.
   */
  readonly minAt: readonly Interval[];
  /** Largest slope, or the supremum where it is only approached. */
  readonly max: number;
  /** Where the slope is `max`, as `minAt`. */
  readonly maxAt: readonly Interval[];
}

/** The tails in which the slope stays below 0.01 in absolute value: what falls there hardly learns. */
export interface Saturation {
  /** All x below this saturate; absent where the lower tail does not. */
  readonly below?: number;
  /** All x above this saturate; absent where the upper tail does not. */
  readonly above?: number;
}

/** How tfjs-layers spells an activation. */
export interface TfjsSpelling {
  /** The string for the option `activation`, where there is one. */
  readonly activation?: string;
  /** The call that makes a layer of it, where there is one. */
  readonly layer?: string;
}

/** What is known of an activation before any training. */
export interface ActivationFacts {
  /** Its key in {@link activationProfiles}. */
  readonly name: ActivationName;
  /**
   * `relu`: the identity above 0, less of it below; `sigmoid`: from 0 to 1; `tanh`: bounded and odd; `smooth`: softened
   * ReLUs and their piecewise stand-ins; `other`: the rest.
   */
  readonly family: 'relu' | 'sigmoid' | 'tanh' | 'smooth' | 'other';
  /** As text, parameters included. */
  readonly formula: string;
  /** The function, in float64. */
  readonly f: (x: number) => number;
  /** Its derivative; at a kink what tfjs computes where it has the function, else the slope of one of the sides. */
  readonly derivative: (x: number) => number;
  /** Where the slope, or the function itself, jumps. */
  readonly kinks: readonly number[];
  /** The slopes it takes, and where. */
  readonly slopeRange: SlopeRange;
  /** Where it saturates. */
  readonly saturation: Saturation;
  /** Where the slope is exactly 0, so that no gradient passes: intervals, not the points where a smooth slope changes sign. */
  readonly deadRegion: readonly Interval[];
  /** Whether its outputs average 0 for inputs of N(0, 1). */
  readonly zeroCentred: boolean;
  /**
   * Relative cost, a heuristic: exponentials and the like (exp, log, tanh, sin, erf, square root) evaluated for one
   * element forward. 0 means comparisons, products and quotients only.
   */
  readonly cost: number;
  /** What it is good for. */
  readonly whenToChoose: string;
  /** Where it fails. */
  readonly whenNot: string;
  /** Its names in tfjs-layers 4.22; empty where tfjs has none. */
  readonly tfjs: TfjsSpelling;
}

/** The profile of an activation: its formula, slopes, gain, place in tfjs, and when to choose it. */
export interface ActivationProfile extends ActivationFacts {
  /** Its moments and gains for inputs of N(0, 1); computed when first read. */
  readonly gain: Gain;
}

export function profile(facts: ActivationFacts): ActivationProfile {
  let gain: Gain | undefined;
  return {
    ...facts,
    get gain(): Gain {
      gain ??= gainOf(facts.f, facts.derivative);
      return gain;
    },
  };
}
