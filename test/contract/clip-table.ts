import type * as tf from '@tensorflow/tfjs-core';
import type { ClipOptions, ClipStrategy, ClipVariable } from '../../src/index.js';
import * as library from '../../src/index.js';
import type { Values } from '../clip/step.js';

/** Gradients as flat arrays, by name. */
export type Flat = Readonly<Record<string, readonly number[]>>;

/** A strategy and what it promises beyond the contract of all. */
export interface Row {
  /** Name of the exported factory. */
  readonly of: keyof typeof library;
  /** What distinguishes it from other rows of the same factory. */
  readonly as?: string;
  make(options?: ClipOptions): ClipStrategy;
  /** Whether it decides about NaN by `nonFinite`; default true. */
  readonly policies?: boolean;
  /** Calm steps before it does what it is for; default 0. */
  readonly warmUpSteps?: number;
  /** Scales at which calm gradients come back bit by bit once they are usual; default 1 and 1e-30. */
  readonly identityAt?: readonly number[];
  /** Scales at which the bound holds, after a warm-up of that scale; default 1. */
  readonly boundAt?: readonly number[];
  /** The bounded quantities, each with its bound, after calm steps of the given scale. */
  readonly bound?: (after: Flat, scale: number) => (readonly [quantity: number, bound: number])[];
  /** What keeps its direction. */
  readonly direction?: 'step' | 'variable';
  /** Whether a second application, from the same state, changes nothing; default true. */
  readonly idempotent?: boolean;
}

/** Gradients within every limit of the table. */
export const calm: Values = {
  'in/kernel': [
    [0.1, -0.2, 0.3],
    [0.05, 0.15, -0.25],
  ],
  'in/bias': [0.1, 0, -0.1],
  'out/kernel': [[0.1], [0.2], [-0.3]],
  scale: 0.05,
};

/** How many numbers that is. */
export const calmSize = 13;

export const weights: Values = {
  'in/kernel': [
    [2, 2, 2],
    [2, -2, 2],
  ],
  'in/bias': [1, 1, 1],
  'out/kernel': [[2], [2], [2]],
  scale: 1,
};

export const variables: Readonly<Record<string, ClipVariable>> = {
  'in/kernel': { kind: 'dense', unitAxes: [0], isOutput: false },
  'in/bias': { kind: 'vector', unitAxes: [0], isOutput: false },
  'out/kernel': { kind: 'dense', unitAxes: [0], isOutput: true },
  scale: { kind: 'vector', unitAxes: [], isOutput: false },
};

/** Values of the same shape. */
export function mapNumbers(values: Values, transform: (number: number) => number): Values {
  const map = (item: unknown): tf.TensorLike =>
    Array.isArray(item) ? (item.map(map) as tf.TensorLike) : transform(Number(item));
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

export const scaled = (values: Values, factor: number): Values =>
  mapNumbers(values, (number) => number * factor);

/** As float32. */
export const flatten = (values: Values): Flat =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      [value].flat(3).map((number) => Math.fround(Number(number))),
    ]),
  );

/** In units of the largest, so that squares do not overflow here either. */
export function norm(values: readonly number[], p = 2): number {
  const largest = Math.max(0, ...values.map(Math.abs));
  if (largest === 0 || p === Infinity) return largest;
  return largest * values.reduce((total, value) => total + (Math.abs(value) / largest) ** p, 0) ** (1 / p);
}

export const all = (gradients: Flat): number[] => Object.values(gradients).flat();

export const calmNorm: number = norm(all(flatten(calm)));

const kernel = (gradients: Flat): readonly number[] => gradients['in/kernel'] ?? [];
const bias = (gradients: Flat): readonly number[] => gradients['in/bias'] ?? [];
const output = (gradients: Flat): readonly number[] => gradients['out/kernel'] ?? [];
const everyScale = [1, 1e-30, 1e20];
const { adaptiveClip, autoClip, centralize, chain, clipByBlockRms, clipByGlobalNorm, clipByNorm } = library;
const { clipByValue, skipNonFinite, spikeClip, windowClip, zClip, zeroNonFinite } = library;

export const table: readonly Row[] = [
  {
    of: 'clipByValue',
    make: (options) => clipByValue(1, options),
    bound: (after) => [[norm(all(after), Infinity), 1]],
  },
  {
    of: 'clipByNorm',
    make: (options) => clipByNorm(1, options),
    bound: (after) => Object.values(after).map((values) => [norm(values), 1]),
    direction: 'variable',
  },
  {
    of: 'clipByNorm',
    as: 'per layer',
    make: (options) => clipByNorm(1, { per: 'layer', ...options }),
    bound: (after) => [
      [norm([...kernel(after), ...bias(after)]), 1],
      [norm(output(after)), 1],
    ],
    direction: 'variable',
  },
  ...[1, 2, 3, Infinity].map(
    (p): Row => ({
      of: 'clipByGlobalNorm',
      as: `p = ${p}`,
      make: (options) => clipByGlobalNorm(3, { p, ...options }),
      bound: (after) => [[norm(all(after), p), 3]],
      direction: 'step',
    }),
  ),
  {
    of: 'clipByBlockRms',
    make: (options) => clipByBlockRms(1, options),
    bound: (after) => Object.values(after).map((values) => [norm(values) / Math.sqrt(values.length), 1]),
    direction: 'variable',
  },
  {
    of: 'adaptiveClip',
    make: (options) => adaptiveClip({ factor: 0.5, excludeOutput: false, ...options }),
    // Norms of the weights: sqrt(2² + 2²) of each column, sqrt(3), sqrt(3 · 2²) and 1.
    bound: (after) => [
      ...[0, 1, 2].map((column) => {
        return [norm(kernel(after).filter((_, i) => i % 3 === column)), 0.5 * Math.sqrt(8)] as const;
      }),
      [norm(bias(after)), 0.5 * Math.sqrt(3)],
      [norm(output(after)), 0.5 * Math.sqrt(12)],
      [norm(after['scale'] ?? []), 0.5],
    ],
  },
  {
    of: 'autoClip',
    make: (options) => autoClip({ historyLength: 16, ...options }),
    warmUpSteps: 5,
    identityAt: everyScale,
    boundAt: everyScale,
    // Of five equal norms and a larger one, the tenth percentile is the former.
    bound: (after, scale) => [[norm(all(after)), calmNorm * scale]],
    direction: 'step',
    idempotent: false,
  },
  {
    of: 'zClip',
    make: (options) => zClip({ warmUpSteps: 5, ...options }),
    warmUpSteps: 6,
    identityAt: everyScale,
    boundAt: everyScale,
    // The deviation of equal norms counts as 1 % of their mean.
    bound: (after, scale) => [[norm(all(after)), calmNorm * scale * (1 + 2.5 * 0.01)]],
    direction: 'step',
    idempotent: false,
  },
  ...(['clip', 'skip'] as const).map(
    (onSpike): Row => ({
      of: 'windowClip',
      as: onSpike,
      make: (options) => windowClip({ windowSize: 8, warmUpSteps: 4, onSpike, ...options }),
      warmUpSteps: 5,
      identityAt: everyScale,
      boundAt: everyScale,
      bound: (after, scale) => [[norm(all(after)), calmNorm * scale * (1 + 3 * 0.01)]],
      ...(onSpike === 'clip' && { direction: 'step' }),
    }),
  ),
  {
    of: 'spikeClip',
    make: (options) => spikeClip({ threshold: 25, warmUpSteps: 5, ...options }),
    warmUpSteps: 5,
    bound: (after) =>
      Object.entries(flatten(calm)).flatMap(([name, usual]) =>
        usual
          .map((value, i) => [Math.abs(after[name]?.[i] ?? Number.NaN), 5 * Math.abs(value)] as const)
          // An element that was always 0 has no bound.
          .filter(([, bound]) => bound > 0),
      ),
  },
  {
    of: 'skipNonFinite',
    make: () => skipNonFinite(),
    policies: false,
    identityAt: everyScale,
    direction: 'step',
  },
  {
    of: 'zeroNonFinite',
    make: () => zeroNonFinite(),
    policies: false,
    identityAt: everyScale,
    direction: 'step',
  },
  { of: 'centralize', make: (options) => centralize(options), identityAt: [] },
  {
    of: 'chain',
    make: (options) =>
      chain(clipByValue(2, options), autoClip({ historyLength: 16, ...options }), spikeClip(options)),
    warmUpSteps: 5,
    bound: (after) => [
      [norm(all(after), Infinity), 2],
      [norm(all(after)), calmNorm],
    ],
    idempotent: false,
  },
];
