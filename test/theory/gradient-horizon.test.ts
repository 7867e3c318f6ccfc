import { theory } from 'gradient-health';
import { describe, expect, test } from 'vitest';

describe('gradientHorizon', () => {
  const decaying = (factor: number, steps: number) =>
    Array.from({ length: steps }, (_, time) => factor ** (steps - 1 - time));

  test('is the number of steps over which the gradient falls by e', () => {
    expect(theory.gradientHorizon(decaying(Math.exp(-1 / 7), 50))).toBeCloseTo(7, 10);
    expect(theory.gradientHorizon([1, Math.E])).toBeCloseTo(1, 12);
  });

  test('leaves out what is not positive and finite', () => {
    const norms = decaying(0.5, 9);
    norms[0] = 0;
    norms[3] = Number.NaN;
    norms[4] = Infinity;
    expect(theory.gradientHorizon(norms)).toBeCloseTo(1 / Math.LN2, 10);
  });

  test('is infinite where the gradient grows or stays, and unknown without two norms', () => {
    expect(theory.gradientHorizon(decaying(1.2, 9))).toBe(Infinity);
    expect(theory.gradientHorizon([3, 3, 3])).toBe(Infinity);
    expect(theory.gradientHorizon([0, 1])).toBeNaN();
  });
});
