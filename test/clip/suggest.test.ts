import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { suggestClip } from '../../src/clip/suggest.js';
import type { Run } from '../../src/record/run.js';

const runOf = (norms: readonly number[]): Run => ({
  schema: 1,
  model: null,
  backend: null,
  data: null,
  steps: norms.map((globalNorm, step) => ({
    step,
    wallTimeMs: 0,
    loss: null,
    learningRate: null,
    globalNorm,
    variables: {},
  })),
});

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('suggestClip', () => {
  test('takes the 95th percentile of norms without great spikes', () => {
    // of 1 to 101 that is 96, the median 51
    expect(suggestClip(runOf(upTo(101)))).toEqual({
      strategy: 'clipByGlobalNorm',
      limit: 96,
      reason:
        '95th percentile of 101 gradient norms (median 51, largest 101): scales down the highest twentieth and leaves the rest alone.',
    });
  });

  test('takes ten times the median where more than a twentieth are spikes beyond it', () => {
    const norms = [...new Array(90).fill(0.5), ...new Array(10).fill(3e8)];
    const { limit, reason } = suggestClip(runOf(norms));
    expect(limit).toBe(5);
    expect(reason).toBe(
      '10 times the median of 100 gradient norms (0.5): more than a twentieth of them are spikes beyond it, the largest 3.0e8.',
    );
  });

  test('keeps as many norms below it where they lie close together', () => {
    const norms = Array.from({ length: 200 }, (_, i) => 1 + 0.049 * (i / 199));
    const { limit } = suggestClip(runOf(norms));
    expect(norms.filter((norm) => norm > limit).length / norms.length).toBeCloseTo(0.05, 1);
    expect(String(limit).length).toBeLessThanOrEqual(6);
  });

  test('is not moved by one spike, however high', () => {
    expect(suggestClip(runOf([...upTo(101), 1e30])).limit).toBe(97);
  });

  test('leaves NaN and infinite norms out, and says how many', () => {
    const { limit, reason } = suggestClip(runOf([...upTo(101), NaN, Infinity, NaN]));
    expect(limit).toBe(96);
    expect(reason).toMatch(/ 3 with NaN or infinite gradients, which the clip rejects, left out\.$/);
  });

  test('says so when there are few norms, or none', () => {
    expect(suggestClip(runOf([1, 2])).reason).toMatch(
      /So few steps say little: suggest again after a longer run\.$/,
    );
    for (const norms of [[], [0, 0], [NaN]]) {
      expect(suggestClip(runOf(norms)).limit).toBe(1);
      expect(suggestClip(runOf(norms)).reason).toMatch(
        /^The customary limit: the run holds no finite gradient norm/,
      );
    }
  });

  test('keeps from half to ten times the median, and within what was seen, whatever the run holds', () => {
    const norm = fc.oneof(
      fc.double({ min: 1e-30, max: 1e30, noNaN: true }),
      fc.constantFrom(0, NaN, Infinity),
    );
    fc.assert(
      fc.property(fc.array(norm), (norms) => {
        const { limit } = suggestClip(runOf(norms));
        const seen = norms.filter((value) => value > 0 && value < Infinity).sort((a, b) => a - b);
        if (seen.length === 0) return;
        const middle = (seen.length - 1) / 2;
        const median = ((seen[Math.floor(middle)] ?? 0) + (seen[Math.ceil(middle)] ?? 0)) / 2;
        // Two significant digits are off by less than 5 %.
        expect(limit).toBeGreaterThanOrEqual(0.95 * median);
        expect(limit).toBeLessThanOrEqual(1.05 * Math.min(10 * median, seen.at(-1) ?? 0));
      }),
    );
  });
});
