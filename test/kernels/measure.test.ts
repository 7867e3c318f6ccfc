import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { refuseKernels } from '../../src/kernels/instantiate.js';
import { measure, measureTwin, type Sums } from '../../src/kernels/measure.js';
import { statisticsKernels } from '../../src/kernels/statistics.js';

const chunk = statisticsKernels()?.a.length ?? 0;
// Around the chunk's edge, and enough of it for the kernel to be used and its tail of each length to occur.
const lengths = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.constantFrom(chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 3),
);
const fromBits = (bits: readonly number[]) => new Float32Array(Uint32Array.from(bits).buffer);

/** A short pattern repeated is as good as long noise, and shrinks. */
const anyFloats = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 1, maxLength: 40 }), lengths)
  .map(([pattern, length]) =>
    fromBits(Array.from({ length }, (_, i) => pattern[i % pattern.length] as number)),
  );

function expectEqual(actual: Sums, expected: Sums): void {
  const { sum, sumOfSquares, absSum, bins, ...exact } = actual;
  expect(bins).toEqual(expected.bins);
  expect(exact).toEqual({
    finite: expected.finite,
    min: expected.min,
    max: expected.max,
    zeros: expected.zeros,
    nans: expected.nans,
    infs: expected.infs,
  });
  // The promise: sums agree to 1e-12 of the absolute sum.
  expect(Math.abs(sum - expected.sum)).toBeLessThanOrEqual(1e-12 * expected.absSum);
  expect(Math.abs(absSum - expected.absSum)).toBeLessThanOrEqual(1e-12 * expected.absSum);
  expect(Math.abs(sumOfSquares - expected.sumOfSquares)).toBeLessThanOrEqual(1e-12 * expected.sumOfSquares);
}

function expectSameAsTwin(values: Float32Array): void {
  for (const histogram of [true, false])
    expectEqual(measure(values, histogram), measureTwin(values, histogram));
}

afterEach(() => refuseKernels(false));

test('this host takes the kernels, so that the comparisons below compare two things', () => {
  expect(chunk).toBeGreaterThan(0);
});

describe('measure agrees with its twin', () => {
  test('on any bit patterns and lengths', () => {
    fc.assert(fc.property(anyFloats, expectSameAsTwin));
  });

  test.each([
    ['1e20', 1e20],
    ['1e-30', 1e-30],
    ['the largest float32', 3.4028234663852886e38],
    ['the smallest subnormal', 1.401298464324817e-45],
    ['0', 0],
    ['-0', -0],
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
  ])('on nothing but %s', (_, value) => {
    for (const length of [1, 3, 64, 513, chunk, chunk + 2]) {
      expectSameAsTwin(new Float32Array(length).fill(value));
      expectSameAsTwin(Float32Array.from({ length }, (_, i) => (i % 2 ? -value : value)));
    }
  });

  test('on NaN of every sign and of payloads in every bit', () => {
    const payloads = Array.from({ length: 23 }, (_, bit) => 1 << bit);
    const bits = payloads.flatMap((payload) => [0x7f800000 | payload, 0xff800000 | payload]);
    const values = fromBits(Array.from({ length: 1000 }, (_, i) => bits[i % bits.length] as number));
    expectSameAsTwin(values);
    expect(measure(values)).toMatchObject({ nans: 1000, finite: 0 });
  });

  test('on a view that starts anywhere in its buffer', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i));
    for (const start of [1, 2, 3]) expectSameAsTwin(values.subarray(start));
  });
});

describe.each([
  ['kernel', false],
  ['twin', true],
])('measure by %s', (_, refuse) => {
  const big = 1000;

  test('counts all but zeros, NaN and infinities in bins, each tensor anew', () => {
    refuseKernels(refuse);
    const values = new Float32Array(big).fill(1);
    values.set([0, -0, Number.NaN, Infinity, -Infinity, 1e-45, -1e-45, -Number.MAX_VALUE, -Number.NaN]);
    // 1 is 0x3f800000, of which the top 10 bits are 254; the subnormals lie in the innermost bins.
    const bins = [
      [0, 1],
      [254, big - 9],
      [512, 1],
    ];
    for (let i = 0; i < 2; i++) expect(measure(values, true).bins).toEqual(bins);
    expect(measure(new Float32Array(big), true).bins).toEqual([]);
    expect(measure(values).bins).toBeUndefined();
  });

  test('sums squares of 1e20 and of 1e-30 in float64', () => {
    refuseKernels(refuse);
    for (const magnitude of [1e20, 1e-30, 1e-40]) {
      const element = Math.fround(magnitude);
      const { sumOfSquares } = measure(new Float32Array(big).fill(element));
      // Each addition of a thousand rounds by at most 2^-53 of the sum.
      expect(Math.abs(sumOfSquares / (big * element ** 2) - 1)).toBeLessThan(1e-13);
    }
  });

  test('never shows the sign of a zero in min and max', () => {
    refuseKernels(refuse);
    const { min, max } = measure(new Float32Array(big).fill(-0));
    expect([min, max]).toEqual([0, 0]);
  });

  test('of nothing finds nothing', () => {
    refuseKernels(refuse);
    expect(measure(new Float32Array(0))).toEqual({
      ...{ finite: 0, sum: 0, sumOfSquares: 0, absSum: 0, min: Infinity, max: -Infinity },
      ...{ zeros: 0, nans: 0, infs: 0 },
    });
  });
});

test('rounding does not grow with the length: a million equal elements sum to 1e-13', () => {
  const values = new Float32Array(1_000_000).fill(0.1);
  for (const { sum, sumOfSquares } of [measure(values), measureTwin(values)]) {
    expect(Math.abs(sum / (1e6 * Math.fround(0.1)) - 1)).toBeLessThan(1e-13);
    expect(Math.abs(sumOfSquares / (1e6 * Math.fround(0.1) ** 2) - 1)).toBeLessThan(1e-12);
  }
});

test('memory does not grow over 10,000 calls', () => {
  const memory = statisticsKernels()?.run.memory;
  const before = memory?.buffer.byteLength;
  const values = new Float32Array(600).fill(1);
  for (let i = 0; i < 10_000; i++) expect(measure(values, true).bins).toEqual([[254, 600]]);
  expect(memory?.buffer.byteLength).toBe(before);
});
