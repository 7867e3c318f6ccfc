import { stats } from 'gradient-health';
import { describe, expect, test } from 'vitest';

describe('summarize', () => {
  test('describes the finite elements and counts the others', () => {
    const { infs, nans, zeros, ...rest } = stats.summarize([3, -4, 0, -0, Number.NaN, Infinity, -Infinity]);
    expect({ infs, nans, zeros }).toEqual({ infs: 2, nans: 1, zeros: 2 });
    // Finite: 3, -4, 0, 0. Squares sum to 25; mean -1/4; variance 25/4 - 1/16 = 99/16.
    expect(rest).toEqual({
      size: 7,
      norm: 5,
      mean: -0.25,
      std: Math.sqrt(99) / 4,
      absMean: 1.75,
      min: -4,
      max: 3,
    });
  });

  test.each([
    ['nothing', [], { size: 0, nans: 0, infs: 0 }],
    ['only NaN', [Number.NaN, Number.NaN], { size: 2, nans: 2, infs: 0 }],
    ['only infinities', [Infinity, -Infinity], { size: 2, nans: 0, infs: 2 }],
  ])('of %s has zero moments and an empty range', (_, values, counts) => {
    expect(stats.summarize(values, { histogram: true })).toEqual({
      ...counts,
      ...{ norm: 0, mean: 0, std: 0, absMean: 0, min: Infinity, max: -Infinity, zeros: 0 },
      histogram: { bins: [] },
    });
  });

  test('takes one element', () => {
    expect(stats.summarize(new Float32Array([-2]))).toMatchObject({
      norm: 2,
      mean: -2,
      std: 0,
      min: -2,
      max: -2,
    });
  });

  test('takes integer tensors and plain numbers as the float32 they would be', () => {
    const expected = stats.summarize(new Float32Array([1, 2, 200]), { histogram: true });
    expect(stats.summarize(new Int32Array([1, 2, 200]), { histogram: true })).toEqual(expected);
    expect(stats.summarize(new Uint8Array([1, 2, 200]), { histogram: true })).toEqual(expected);
    expect(stats.summarize([1, 2, 200], { histogram: true })).toEqual(expected);
    // 0.1 is not a float32: its nearest is.
    expect(stats.summarize([0.1]).mean).toBe(Math.fround(0.1));
  });

  test('reads a view into a larger buffer', () => {
    const all = new Float32Array([9, 1, 2, 9]);
    expect(stats.summarize(all.subarray(1, 3), { histogram: true })).toEqual(
      stats.summarize([1, 2], { histogram: true }),
    );
  });

  test('neither overflows at 1e20 nor vanishes at 1e-30, nor loses subnormals', () => {
    for (const magnitude of [1e20, 1e-30, 1e-44]) {
      const element = Math.fround(magnitude);
      // Four equal elements: norm = 2 |x|, without rounding.
      expect(stats.summarize([element, -element, element, element]).norm).toBe(2 * element);
    }
  });

  test('finds no deviation in equal elements', () => {
    expect(stats.summarize(new Float32Array(1000).fill(0.1)).std).toBe(0);
  });

  test('leaves the histogram out unless asked', () => {
    expect(stats.summarize([1])).not.toHaveProperty('histogram');
  });

  test('rejects what is no array and says how to read a tensor', () => {
    // @ts-expect-error: a tensor has a size but no elements
    expect(() => stats.summarize({ size: 3 })).toThrow(
      'summarize: values must be an array or a typed array of numbers, got object; read a tensor with `await tensor.data()`',
    );
    // @ts-expect-error: the same
    expect(() => stats.histogram({ size: 3 })).toThrow('histogram: values must be an array');
  });

  test('gives no standard deviation above half the range, however its sums round', () => {
    // The difference of two sums near 6000, whose rounding alone would make a deviation of 1.5e-7 of a range of 1.2e-7.
    const { std, min, max } = stats.summarize(new Float32Array(5000).fill(1.1).fill(1.1000002, 0, 1));
    expect(max).toBeGreaterThan(min);
    expect(std).toBeLessThanOrEqual((max - min) / 2);
  });
});
