import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { change, changeTwin, compare, compareTwin } from '../../src/kernels/compare.js';
import { refuseKernels } from '../../src/kernels/instantiate.js';
import { statisticsKernels } from '../../src/kernels/statistics.js';

const chunk = statisticsKernels()?.a.length ?? 0;
const bits = fc.integer({ min: 0, max: 0xffffffff });
const fromBits = (values: readonly number[]) => new Float32Array(Uint32Array.from(values).buffer);

/** Two patterns of different periods, so that many pairs meet. */
const anyPairs = fc
  .tuple(
    fc.array(bits, { minLength: 1, maxLength: 30 }),
    fc.array(bits, { minLength: 1, maxLength: 7 }),
    fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.constantFrom(chunk - 1, chunk, chunk + 1, 2 * chunk + 3)),
  )
  .map(([a, b, length]) =>
    [a, b].map((pattern) =>
      fromBits(Array.from({ length }, (_, i) => pattern[i % pattern.length] as number)),
    ),
  );

function expectSameAsTwin(a: Float32Array, b: Float32Array): void {
  const actual = compare(a, b);
  const expected = compareTwin(a, b);
  expect(actual.differing).toBe(expected.differing);
  // The promise: sums agree to 1e-12 of the absolute sum; that of the products is at most the two norms' product.
  const products = Math.sqrt(expected.aSquares) * Math.sqrt(expected.bSquares);
  for (const [key, scale] of [
    ['aSquares', expected.aSquares],
    ['bSquares', expected.bSquares],
    ['differenceSquares', expected.differenceSquares],
    ['dot', products],
  ] as const) {
    if (Number.isFinite(expected[key])) {
      expect(Math.abs(actual[key] - expected[key])).toBeLessThanOrEqual(1e-12 * scale);
    } else expect(actual[key]).toBe(expected[key]);
  }
}

function expectSameChangeAsTwin(a: Float32Array, b: Float32Array): void {
  const actual = change(a, b);
  const expected = changeTwin(a, b);
  for (const key of ['aSquares', 'differenceSquares'] as const) {
    if (Number.isFinite(expected[key])) {
      expect(Math.abs(actual[key] - expected[key])).toBeLessThanOrEqual(1e-12 * expected[key]);
    } else expect(actual[key]).toBe(expected[key]);
  }
}

afterEach(() => refuseKernels(false));

describe('change', () => {
  test('agrees with its twin on any bit patterns and lengths', () => {
    fc.assert(
      fc.property(anyPairs, ([a, b]) => expectSameChangeAsTwin(a as Float32Array, b as Float32Array)),
    );
  });

  test('is the part of compare that it names, up to the rounding of a float32 difference', () => {
    const a = Float32Array.from({ length: 999 }, (_, i) => Math.sin(i));
    const b = a.map((x, i) => x + 0.01 * Math.cos(i));
    const { aSquares, differenceSquares } = compare(a, b);
    expect(change(a, b).aSquares).toBe(aSquares);
    // Each difference is off by at most half a unit in its last place, 2^-24 of it.
    expect(Math.abs(change(a, b).differenceSquares / differenceSquares - 1)).toBeLessThan(2 ** -22);
  });

  test('refuses lengths that differ', () => {
    expect(() => change(new Float32Array(2), new Float32Array(3))).toThrow(
      new RangeError('change: a and b must have as many elements, got 2 and 3'),
    );
  });
});

describe('compare agrees with its twin', () => {
  test('on any bit patterns and lengths', () => {
    fc.assert(fc.property(anyPairs, ([a, b]) => expectSameAsTwin(a as Float32Array, b as Float32Array)));
  });

  test('on finite numbers, most of which agree', () => {
    const finite = fc.float({ noDefaultInfinity: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 64, maxLength: 300 }), fc.float(), (values, other) => {
        const a = Float32Array.from(values);
        const b = a.slice();
        b[b.length >> 1] = other;
        expectSameAsTwin(a, b);
      }),
    );
  });
});

describe.each([
  ['kernel', false],
  ['twin', true],
])('compare by %s', (_, refuse) => {
  test('sums squares, differences and products', () => {
    refuseKernels(refuse);
    const a = new Float32Array(100).fill(3);
    const b = new Float32Array(100).fill(3);
    b[99] = 5;
    // 100 x 9; 99 x 9 + 25; (5 - 3)^2; 99 x 9 + 15.
    expect(compare(a, b)).toEqual({
      aSquares: 900,
      bSquares: 916,
      differenceSquares: 4,
      dot: 906,
      differing: 1,
    });
  });

  test('takes NaN for equal to NaN and 0 for equal to -0, and lets NaN into the sums', () => {
    refuseKernels(refuse);
    const a = new Float32Array(100).fill(1);
    const b = a.slice();
    a.set([Number.NaN, 0, Number.NaN, Infinity]);
    b.set([Number.NaN, -0, 1, Infinity]);
    const { differing, aSquares, bSquares, dot, differenceSquares } = compare(a, b);
    expect(differing).toBe(1);
    expect([aSquares, bSquares, dot, differenceSquares]).toEqual([NaN, NaN, NaN, NaN]);
  });

  test('lets infinity into the sums', () => {
    refuseKernels(refuse);
    const a = new Float32Array(100).fill(1);
    const b = a.slice();
    b[0] = -Infinity;
    expect(compare(a, b)).toEqual({
      aSquares: 100,
      bSquares: Infinity,
      differenceSquares: Infinity,
      dot: -Infinity,
      differing: 1,
    });
  });

  test('finds an update of 1e-30 and one of 1e20', () => {
    refuseKernels(refuse);
    for (const magnitude of [1e-30, 1e20]) {
      const element = Math.fround(magnitude);
      const { differenceSquares } = compare(new Float32Array(64), new Float32Array(64).fill(element));
      // 64 equal squares: each partial sum is exact but for the last bits of the square.
      expect(differenceSquares / (64 * element ** 2)).toBeCloseTo(1, 13);
    }
  });

  test('rejects different lengths', () => {
    refuseKernels(refuse);
    expect(() => compare(new Float32Array(2), new Float32Array(3))).toThrow(
      new RangeError('compare: a and b must have as many elements, got 2 and 3'),
    );
  });
});
