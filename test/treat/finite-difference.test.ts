import { describe, expect, test } from 'vitest';
import { noiseOf } from '../../src/treat/evaluation-noise.js';
import { type Probe, slopeOf } from '../../src/treat/finite-difference.js';

const probe = (f: (x: number) => number, x: number, largest = 0.16, count = 11): Probe => ({
  center: f(x),
  levels: Array.from({ length: count }, (_, k) => {
    const h = largest * 2 ** -k;
    return { up: h, down: h, right: f(x + h), left: f(x - h) };
  }),
});
const exact = { noise: 0, tolerance: 0.01, expected: 0 };

describe('slopeOf', () => {
  test.each<[string, (x: number) => number, number, number]>([
    ['a parabola', (x) => x * x, 3, 6],
    ['a sine that bends within a step', (x) => Math.sin(50 * x), 0.3, 50 * Math.cos(15)],
    ['a kink beside the point', (x) => Math.max(0, x), 0.001, 1],
    ['a line', (x) => -2 * x, 5, -2],
  ])('measures %s', (_, f, x, derivative) => {
    const slope = slopeOf(probe(f, x), exact);
    expect(slope).toMatchObject({ measured: 'both', low: slope.high });
    expect(Math.abs(slope.low - derivative)).toBeLessThanOrEqual(slope.uncertainty);
  });

  test('gives both sides of a kink at the point, and curvature beside it does not count', () => {
    // d/dx (|x| + x^2 + 2x) at 0: -1 + 2 and 1 + 2.
    const { low, high, measured } = slopeOf(
      probe((x) => Math.abs(x) + x * x + 2 * x, 0),
      exact,
    );
    expect(measured).toBe('both');
    expect(low).toBeCloseTo(1, 5);
    expect(high).toBeCloseTo(3, 5);
  });

  test('measures the clean side where the other is crowded by kinks', () => {
    // A staircase of ever finer kinks on the left of 0, a line of slope 1 on the right.
    const f = (x: number) => (x >= 0 ? x : x * (2 + Math.sin(7 * Math.log2(-x))));
    expect(slopeOf(probe(f, 0), exact)).toMatchObject({ low: 1, high: 1, measured: 'one' });
  });

  test('says so when rounding noise drowns every step', () => {
    const slope = slopeOf(
      probe((x) => 1e-6 * x, 1),
      { ...exact, noise: 1e-3 },
    );
    expect(slope.measured).toBe('roughly');
    // 3 standard deviations over the largest fine step, 0.08, at least.
    expect(slope.uncertainty).toBeGreaterThanOrEqual((3 * 1e-3) / 0.08);
  });

  test('does not trust large steps when the small ones have not settled', () => {
    // Slope 1 for large steps, but wild within 0.01 of the point, on both sides.
    const wild = (x: number) => x + (Math.abs(x) < 0.01 ? x * Math.sin(7 * Math.log2(Math.abs(x) || 1)) : 0);
    expect(slopeOf(probe(wild, 0), exact).measured).toBe('none');
  });

  test('measures nothing where the function is not finite', () => {
    expect(slopeOf(probe(Math.sqrt, 0), exact)).toMatchObject({ measured: 'none' });
  });
});

describe('noiseOf', () => {
  test('removes a cubic and keeps the noise', () => {
    const noise = [1, -1, 1, 1, -1, -1, 1, -1, 1].map((sign) => 1e-3 * sign);
    const values = noise.map((e, i) => 5 + 2 * i - i ** 2 / 7 + i ** 3 / 9 + e);
    // Nine signs stand for noise of standard deviation 1e-3; five differences estimate it within a factor of 2.
    expect(noiseOf(values) / 1e-3).toBeGreaterThan(0.5);
    expect(noiseOf(values) / 1e-3).toBeLessThan(2);
  });

  test('is never below one rounding of float32', () => {
    expect(noiseOf([8, 8, 8, 8, 8])).toBe(8 * 2 ** -24);
  });
});
