import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { adaptiveClip } from '../../src/clip/adaptive.js';
import { autoClip } from '../../src/clip/auto.js';
import { clipByBlockRms } from '../../src/clip/by-block-rms.js';
import { clipByGlobalNorm } from '../../src/clip/by-global-norm.js';
import { clipByNorm } from '../../src/clip/by-norm.js';
import { clipByValue } from '../../src/clip/by-value.js';
import { centralize } from '../../src/clip/centralize.js';
import { spikeClip } from '../../src/clip/spike.js';
import type { ClipStrategy, ClipVariable } from '../../src/clip/strategy.js';
import { windowClip } from '../../src/clip/window.js';
import { zClip } from '../../src/clip/z.js';
import { zeroNonFinite } from '../../src/clip/zero-non-finite.js';
import golden from '../golden/clip.json' with { type: 'json' };
import { backends } from './backends.js';
import { contextOf, steps, toValues } from './step.js';

// What other libraries made of the same gradients: test/golden/make_clip.py.

interface Packed {
  readonly [name: string]: {
    readonly shape: readonly number[];
    readonly values: readonly (number | string)[];
  };
}

interface Case {
  readonly title: string;
  readonly authority: string;
  readonly function: string;
  readonly gradients: Packed;
  readonly expected: Packed;
  readonly weights?: Packed;
  readonly limit?: number;
  readonly p?: number | string;
  readonly norm?: number | string;
  readonly unitAxes?: Readonly<Record<string, readonly number[]>>;
}

const cases = golden.cases as unknown as readonly Case[];

const caseOf = (title: string): Case => {
  const found = cases.find((candidate) => candidate.title === title);
  if (!found) throw new Error(`no golden case '${title}'`);
  return found;
};

const unpack = (packed: Packed): tf.NamedTensorMap =>
  Object.fromEntries(
    Object.entries(packed).map(([name, { shape, values }]) => [
      name,
      tf.tensor(values.map(Number), [...shape], 'float32'),
    ]),
  );

const expectedOf = ({ expected }: Case): Record<string, number[]> =>
  Object.fromEntries(Object.entries(expected).map(([name, { values }]) => [name, values.map(Number)]));

/** The strategy that should do the same; NaN is let through as the others do. */
function strategyOf({ authority, function: name, limit = Number.NaN, p = 2 }: Case): ClipStrategy {
  const nonFinite = 'propagate';
  switch (`${authority} ${name}`) {
    case 'torch clip_grad_norm_':
      return clipByGlobalNorm(limit, { p: Number(p), nonFinite });
    case 'torch clip_grad_value_':
    case 'optax clip':
    case 'keras clipvalue':
      return clipByValue(limit, { nonFinite });
    case 'optax clip_by_global_norm':
    case 'keras global_clipnorm':
      return clipByGlobalNorm(limit, { nonFinite });
    case 'keras clipnorm':
      return clipByNorm(limit, { nonFinite });
    case 'optax clip_by_block_rms':
      return clipByBlockRms(limit, { nonFinite });
    case 'optax adaptive_grad_clip':
    case 'timm adaptive_clip_grad':
      return adaptiveClip({ factor: limit, excludeOutput: false, nonFinite });
    case 'optax centralize':
      return centralize({ nonFinite });
    case 'optax zero_nans':
      return zeroNonFinite();
    default:
      throw new Error(`no strategy for ${authority} ${name}`);
  }
}

function apply(golden: Case, strategy: ClipStrategy = strategyOf(golden)): Record<string, number[]> {
  const gradients = unpack(golden.gradients);
  const variables = Object.fromEntries(
    Object.entries(golden.unitAxes ?? {}).map(([name, unitAxes]): [string, ClipVariable] => [
      name,
      { kind: (gradients[name]?.rank ?? 0) < 2 ? 'vector' : 'dense', unitAxes, isOutput: false },
    ]),
  );
  const weights = golden.weights ? unpack(golden.weights) : gradients;
  return toValues(strategy.apply(gradients, contextOf(weights, { variables })).gradients);
}

/** Relative to each element: float32 resolves 6e-8, and both sides round some ten times. */
const tolerance = 1e-6;

function expectClose(actual: Record<string, number[]>, expected: Record<string, number[]>): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    const off = values.filter((value, i) => {
      const difference = Math.abs((actual[name]?.[i] ?? Number.NaN) - value);
      return !(Object.is(actual[name]?.[i], value) || difference <= tolerance * Math.abs(value));
    });
    expect(off, `${name}: ${actual[name]} against ${values}`).toEqual([]);
  }
}

const differences = [
  'clip_grad_norm_ at the limit',
  'clip_grad_norm_ tiny',
  'clip_grad_norm_ overflow',
  'clip_by_global_norm overflow',
  'zero_nans Inf',
  'global_clipnorm Inf',
  'centralize',
];

describe.each(backends)('on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test.each(cases.filter(({ title }) => !differences.includes(title)))(
    'agrees with $authority: $title',
    (golden) => {
      expectClose(apply(golden), expectedOf(golden));
    },
  );

  test('centralize agrees with optax on the axes that optax takes, up to the rounding of a mean', () => {
    const golden = caseOf('centralize');
    const actual = apply(golden);
    for (const [name, values] of Object.entries(expectedOf(golden))) {
      // Differences of numbers near 1 cancel, so that the error is relative to 1, not to what is left.
      const errors = values.map((value, i) => Math.abs((actual[name]?.[i] ?? Number.NaN) - value));
      expect(Math.max(...errors)).toBeLessThan(tolerance);
    }
  });
});

describe('differs on purpose:', () => {
  beforeEach(() => tf.setBackend('cpu'));

  test('PyTorch adds 1e-6 to the norm, and so changes gradients that are exactly at the limit', () => {
    const golden = caseOf('clip_grad_norm_ at the limit');
    expect(expectedOf(golden).v0?.[0]).toBeLessThan(3);
    expect(apply(golden)).toEqual({ v0: [3, 4] });
  });

  test('PyTorch adds 1e-6 to the norm, and so takes a sixth too much off a norm of 5e-6', () => {
    const golden = caseOf('clip_grad_norm_ tiny');
    expect(Math.hypot(...(expectedOf(golden).v0 ?? []))).toBeCloseTo(1e-6 / 1.2, 12);
    expect(Math.hypot(...(apply(golden).v0 ?? []))).toBeCloseTo(1e-6, 12);
  });

  test.each(['clip_grad_norm_ overflow', 'clip_by_global_norm overflow'])(
    'PyTorch and optax make 0 of finite gradients whose squares overflow: %s',
    (title) => {
      const golden = caseOf(title);
      expect(expectedOf(golden).v0).toEqual([0, 0]);
      const [first, second] = apply(golden).v0 ?? [];
      expect(first).toBeCloseTo(0.6, 6);
      expect(second).toBeCloseTo(0.8, 6);
    },
  );

  test('optax lets infinities through where it zeroes NaN', () => {
    const golden = caseOf('zero_nans Inf');
    expect(expectedOf(golden).v0).toEqual([1, 0, Infinity]);
    expect(apply(golden).v0).toEqual([1, 0, 0]);
  });

  test('Keras makes NaN of everything when one element is infinite, PyTorch and this library of that one', () => {
    const golden = caseOf('global_clipnorm Inf');
    expect(expectedOf(golden).v0).toEqual([NaN, NaN]);
    expect(apply(golden).v0).toEqual([0, NaN]);
  });

  test('optax centres a kernel of [in, out] over its outputs instead of its inputs', () => {
    const kernel = tf.tensor2d([
      [1, 2],
      [3, 4],
      [5, 9],
    ]);
    const centred = (unitAxes: number[]) => {
      const variables = { kernel: { kind: 'dense', unitAxes, isOutput: false } } as const;
      return toValues(centralize().apply({ kernel }, contextOf({ kernel }, { variables })).gradients).kernel;
    };
    expect(centred([0])).toEqual([-2, -3, 0, -1, 2, 4]);
    expect(centred([1])).toEqual([-0.5, 0.5, -0.5, 0.5, -2, 2]);
  });

  test('every library clips by default with NaN in the gradients; this one rejects the step', () => {
    const golden = caseOf('clip_grad_norm_ NaN');
    expect(expectedOf(golden).v1).toEqual([NaN]);
    expect(apply(golden, clipByGlobalNorm(1))).toEqual({ v0: [0, 0], v1: [0] });
  });
});

const factories: Readonly<Record<string, (options: object) => ClipStrategy>> = {
  autoClip,
  spikeClip,
  windowClip,
  zClip,
};

describe.each(backends)('on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test.each(golden.sequences)('follows numpy through 40 steps and more: $title', (sequence) => {
    const strategy = factories[sequence.function]?.(sequence.options);
    if (!strategy) throw new Error(`no strategy for ${sequence.function}`);
    const after = steps(
      strategy,
      sequence.norms.map((norm) => ({ v: [norm] })),
    ).map(({ gradients }) => gradients['v']?.[0] ?? Number.NaN);
    const clipped = after.filter((value, i) => value !== Math.fround(sequence.norms[i] ?? Number.NaN));
    expect(clipped.length).toBeGreaterThan(2);
    expect(clipped.length).toBeLessThan(after.length);
    // Memories in float32 carry their rounding on from step to step.
    const errors = after.map((value, i) => Math.abs(value / (sequence.clipped[i] ?? Number.NaN) - 1));
    expect(Math.max(...errors)).toBeLessThan(5 * tolerance);
  });
});
