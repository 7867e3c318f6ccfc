import fc from 'fast-check';
import { stats } from 'gradient-health';
import { describe, expect, test } from 'vitest';

const elements = fc.array(fc.float(), { maxLength: 50 });
const summary = (values: readonly number[]) => stats.summarize(values, { histogram: true });

describe('mergeHistograms', () => {
  test('gives the histogram of the concatenation', () => {
    fc.assert(
      fc.property(fc.array(elements, { maxLength: 5 }), (parts) => {
        const merged = stats.mergeHistograms(...parts.map((part) => stats.histogram(part)));
        expect(merged).toEqual(stats.histogram(parts.flat()));
      }),
    );
  });

  test('is associative and commutative', () => {
    fc.assert(
      fc.property(elements, elements, elements, (...parts) => {
        const [a, b, c] = parts.map((part) => stats.histogram(part)) as [
          ReturnType<typeof stats.histogram>,
          ReturnType<typeof stats.histogram>,
          ReturnType<typeof stats.histogram>,
        ];
        const { mergeHistograms: merge } = stats;
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(a, b)).toEqual(merge(b, a));
      }),
    );
  });

  test('of nothing is empty', () => {
    expect(stats.mergeHistograms()).toEqual({ bins: [] });
  });
});

describe('mergeStats', () => {
  test('gives the statistics of the concatenation', () => {
    fc.assert(
      fc.property(elements, elements, (a, b) => {
        const merged = stats.mergeStats(summary(a), summary(b));
        const whole = summary([...a, ...b]);
        const { norm, mean, std, absMean, ...exact } = merged;
        expect(exact).toEqual({
          size: whole.size,
          min: whole.min,
          max: whole.max,
          zeros: whole.zeros,
          nans: whole.nans,
          infs: whole.infs,
          histogram: whole.histogram,
        });
        // Float64 rounding of at most 100 additions, relative to the largest element; the deviation is the root of a
        // difference, so of it half the digits are certain.
        const scale = Math.max(whole.max, -whole.min, 0);
        expect(Math.abs(norm - whole.norm)).toBeLessThanOrEqual(1e-12 * scale);
        expect(Math.abs(mean - whole.mean)).toBeLessThanOrEqual(1e-13 * scale);
        expect(Math.abs(absMean - whole.absMean)).toBeLessThanOrEqual(1e-13 * scale);
        expect(Math.abs(std - whole.std)).toBeLessThanOrEqual(1e-7 * scale);
      }),
    );
  });

  test('is commutative', () => {
    fc.assert(
      fc.property(elements, elements, (a, b) => {
        expect(stats.mergeStats(summary(a), summary(b))).toEqual(stats.mergeStats(summary(b), summary(a)));
      }),
    );
  });

  test('adds nothing for a tensor without finite elements but its counts', () => {
    const merged = stats.mergeStats(stats.summarize([3, 4]), stats.summarize([Number.NaN, Infinity]));
    expect(merged).toEqual({ ...stats.summarize([3, 4]), size: 4, nans: 1, infs: 1 });
  });

  test('keeps the histogram only where both have one', () => {
    expect(stats.mergeStats(summary([1]), stats.summarize([2]))).not.toHaveProperty('histogram');
  });
});
