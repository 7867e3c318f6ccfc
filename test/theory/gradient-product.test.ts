import fc from 'fast-check';
import { theory } from 'gradient-health';
import { describe, expect, test } from 'vitest';

const { depthScale, gradientProduct } = theory;

describe('a gradient product', () => {
  test('grows or decays exponentially', () => {
    expect(gradientProduct(1.1, 100)).toBeCloseTo(13780.6123, 4);
    expect(gradientProduct(0.9, 100)).toBeCloseTo(2.6561e-5, 9);
  });

  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  test.each([
    // What forget gates leave after 10, 50 and 100 steps.
    ['0.5, the start of tfjs', 0.5, 9.8e-4, 8.9e-16, 7.9e-31],
    ['hardSigmoid(1)', 0.7, 0.0282, 1.8e-8, 3.2e-16],
    ['sigmoid(1)', sigmoid(1), 0.0436, 1.6e-7, 2.5e-14],
    ['sigmoid(2)', sigmoid(2), 0.281, 1.75e-3, 3.1e-6],
  ])('of forget gates at %s', (_, gate, after10, after50, after100) => {
    // The tabled values have two digits or three.
    expect(gradientProduct(gate, 10) / after10).toBeCloseTo(1, 1);
    expect(gradientProduct(gate, 50) / after50).toBeCloseTo(1, 1);
    expect(gradientProduct(gate, 100) / after100).toBeCloseTo(1, 1);
  });

  test('takes a factor for each step, of any sign', () => {
    // 2 x -3 x 0.5 = -3; squared 9.
    expect(gradientProduct([2, -3, 0.5])).toBeCloseTo(-3, 12);
    expect(gradientProduct([2, -3, 0.5], 2)).toBeCloseTo(9, 12);
  });

  test('is that of repeated multiplication', () => {
    const factor = fc.double({ min: -2, max: 2, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-3);
    fc.assert(
      fc.property(fc.array(factor, { maxLength: 8 }), fc.integer({ min: 0, max: 5 }), (factors, steps) => {
        let expected = 1;
        for (let step = 0; step < steps; step++) for (const each of factors) expected *= each;
        expect(Math.abs(gradientProduct(factors, steps) - expected)).toBeLessThanOrEqual(
          1e-11 * Math.abs(expected),
        );
      }),
      { seed: 1 },
    );
  });

  test('neither overflows nor underflows on the way', () => {
    expect(gradientProduct([1e200, 1e200, 1e-300])).toBeCloseTo(1e100, -90);
    expect(gradientProduct([1e-200, 1e-200, 1e300])).toBeCloseTo(1e-100, 105);
  });

  test('of nothing is 1, of a 0 is 0, of NaN is NaN', () => {
    expect(gradientProduct([])).toBe(1);
    expect(gradientProduct(3, 0)).toBe(1);
    expect(gradientProduct([2, 0, 3])).toBe(0);
    expect(gradientProduct([2, NaN])).toBeNaN();
  });

  test('refuses half a step', () => {
    expect(() => gradientProduct(2, 0.5)).toThrow(
      new RangeError('gradientProduct: steps must be an integer of 0 or more, got 0.5'),
    );
  });
});

describe('a depth scale', () => {
  test('is the depth of a fall or rise by e', () => {
    expect(depthScale(1 / Math.E)).toBeCloseTo(1, 12);
    expect(depthScale(Math.exp(0.01))).toBeCloseTo(-100, 9);
    expect(depthScale(1)).toBe(Infinity);
    expect(depthScale(0)).toBe(0);
  });

  test('refuses a negative factor', () => {
    expect(() => depthScale(-1)).toThrow(new RangeError('depthScale: factor must be 0 or more, got -1'));
  });
});
