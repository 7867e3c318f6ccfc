import fc from 'fast-check';
import { stats } from 'gradient-health';
import { describe, expect, test } from 'vitest';

const finite = fc.float({ noDefaultInfinity: true, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const summary = (values: readonly number[]) => stats.summarize(values, { histogram: true });

describe('quantile', () => {
  test('lies in the bin of the true quantile', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 40 }), share, (values, q) => {
        const estimate = stats.quantile(summary(values), q);
        // The element that q of the elements do not exceed: with the rounding of q n, one of two neighbours.
        const sorted = Float32Array.from(values).sort();
        const rank = q * values.length;
        const candidates = [Math.ceil(rank - 1e-9), Math.ceil(rank + 1e-9)].map(
          (r) => sorted[Math.min(values.length, Math.max(1, r)) - 1] as number,
        );
        const holds = candidates.some((x) => {
          if (x === 0) return estimate === 0;
          const [low, high] = stats.binEdges(stats.histogram([x]).bins[0]?.[0] ?? -1);
          return low <= estimate && estimate <= high;
        });
        expect(holds).toBe(true);
      }),
    );
  });

  test('is monotone in q', () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1, maxLength: 40 }), share, share, (values, p, q) => {
        const measured = summary(values);
        expect(stats.quantile(measured, Math.min(p, q))).toBeLessThanOrEqual(
          stats.quantile(measured, Math.max(p, q)),
        );
      }),
    );
  });

  test('is the range at 0 and 1', () => {
    const measured = summary([-3, 0.1, 7]);
    expect(stats.quantile(measured, 0)).toBe(-3);
    expect(stats.quantile(measured, 1)).toBe(7);
  });

  test('interpolates inside a bin', () => {
    // All four in [1, 1.5), of which min and max leave [1, 1.25]: its middle is 1.125.
    expect(stats.quantile(summary([1, 1.125, 1.125, 1.25]), 0.5)).toBe(1.125);
  });

  test('counts zeros between the two halves of the histogram', () => {
    const measured = summary([-1, 0, 0, 2]);
    expect(stats.quantile(measured, 0.25)).toBe(-1);
    expect(stats.quantile(measured, 0.5)).toBe(0);
    expect(stats.quantile(measured, 0.75)).toBe(0);
  });

  test('leaves NaN and infinities out', () => {
    expect(stats.quantile(summary([1, Number.NaN, Infinity, -Infinity]), 0.5)).toBe(1);
  });

  test('of no finite element is NaN', () => {
    expect(stats.quantile(summary([]), 0.5)).toBeNaN();
    expect(stats.quantile(summary([Number.NaN, Infinity]), 0.5)).toBeNaN();
  });

  test('rejects a share outside [0, 1] and statistics without a histogram', () => {
    expect(() => stats.quantile(summary([1]), 1.5)).toThrow('quantile: q must be in [0, 1], got 1.5');
    expect(() => stats.quantile(summary([1]), -0.1)).toThrow('quantile: q must be in [0, 1], got -0.1');
    expect(() => stats.quantile(summary([1]), Number.NaN)).toThrow(RangeError);
    expect(() => stats.quantile(stats.summarize([1]), 0.5)).toThrow('quantile: stats must have a histogram');
  });
});
