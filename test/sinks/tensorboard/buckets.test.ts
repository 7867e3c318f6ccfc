import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buckets } from '../../../src/sinks/tensorboard/buckets.js';
import { summarize } from '../../../src/stats/summarize.js';

const of = (...values: number[]) => buckets(summarize(values, { histogram: true }));

describe('buckets', () => {
  test('are the bins of the histogram, cut at the extremes, with empty ones in the gaps', () => {
    // Bins [-4, -3], [1, 1.5), [1.5, 2).
    expect(of(-3.5, 1.25, 1.25, 1.75)).toEqual([
      [-3.5, -3, 1],
      [-3, 1, 0],
      [1, 1.5, 2],
      [1.5, 1.75, 1],
    ]);
  });

  test('hold the zeros between the signs, at no width', () => {
    expect(of(-1, 0, 0, -0, 1)).toEqual([
      [-1, -1, 1],
      [-1, 0, 0],
      [0, 0, 3],
      [0, 1, 0],
      [1, 1, 1],
    ]);
  });

  test('of zeros alone, or of one value, are one of no width', () => {
    expect(of(0, 0)).toEqual([[0, 0, 2]]);
    expect(of(0.3, 0.3)).toEqual([[Math.fround(0.3), Math.fround(0.3), 2]]);
  });

  test('join magnitudes below 1/256 of the largest on either side of 0', () => {
    // The largest bin is [1, 1.5); 16 bins down begins 2^-8 * 1.5, so that [2^-8, 1.5 * 2^-8) is the first to be joined.
    const small = 2 ** -8 * 1.25;
    expect(of(1.25, small, 1e-10, -1e-20, 0)).toEqual([
      [Math.fround(-1e-20), 0, 1],
      [0, 0, 1],
      [0, 2 ** -8 * 1.5, 2],
      [2 ** -8 * 1.5, 1, 0],
      [1, 1.25, 1],
    ]);
    expect(of(1.25, 2 ** -8 * 1.75)).toHaveLength(3);
  });

  test('leave out NaN and infinite elements, and are none without a finite one or without a histogram', () => {
    expect(of(Number.NaN, Infinity, 2)).toEqual([[2, 2, 1]]);
    expect(of(Number.NaN, -Infinity)).toEqual([]);
    expect(buckets(summarize([1, 2]))).toEqual([]);
  });

  test('of any numbers count each once, touch and ascend, and are few', () => {
    fc.assert(
      fc.property(fc.array(fc.float(), { maxLength: 60 }), (values) => {
        const found = of(...values);
        const finite = values.filter(Number.isFinite);
        expect(found.reduce((sum, [, , count]) => sum + count, 0)).toBe(finite.length);
        found.forEach(([low, high], i) => {
          expect(low).toBeLessThanOrEqual(high);
          // -0 is not 0 to `toBe`.
          if (i > 0) expect(low === found[i - 1]?.[1]).toBe(true);
        });
        if (finite.length > 0) {
          expect(found[0]?.[0] === Math.min(...finite)).toBe(true);
          expect(found.at(-1)?.[1] === Math.max(...finite)).toBe(true);
        }
        expect(found.filter(([, , count]) => count > 0).length).toBeLessThanOrEqual(2 * 16 + 3);
        for (const [low, high, count] of found) {
          const within = finite.filter((value) => value > low && value < high).length;
          expect(within).toBeLessThanOrEqual(count);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('keep to their bins where the extremes of a device are rounded past them', () => {
    const stats = { ...summarize([1.25, 3], { histogram: true }), min: 0.9, max: 4.1 };
    expect(buckets(stats)).toEqual([
      [1, 1.5, 1],
      [1.5, 3, 0],
      [3, 4, 1],
    ]);
  });
});
