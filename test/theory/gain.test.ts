import fc from 'fast-check';
import { theory } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { golden } from './golden.js';

const profiles = Object.values(theory.activationProfiles);

/** Relative, but for the mean, which may be 0. */
function expectMoments(gain: theory.Gain, name: string, tolerance: number): void {
  const { mean, meanSquare, slopeMeanSquare } = golden.activations[name]!;
  expect(Math.abs(gain.mean - mean)).toBeLessThan(tolerance);
  expect(Math.abs(gain.meanSquare / meanSquare - 1)).toBeLessThan(tolerance);
  expect(Math.abs(gain.slopeMeanSquare / slopeMeanSquare - 1)).toBeLessThan(tolerance);
  expect(Math.abs(gain.forward * Math.sqrt(meanSquare) - 1)).toBeLessThan(tolerance);
  expect(Math.abs(gain.variance * Math.sqrt(meanSquare - mean ** 2) - 1)).toBeLessThan(tolerance);
  expect(Math.abs(gain.backward * Math.sqrt(slopeMeanSquare) - 1)).toBeLessThan(tolerance);
}

describe('the gain', () => {
  test.each(profiles)(
    'of $name is that of torch under Gauss-Legendre panels cut at the kinks',
    ({ name }) => {
      expectMoments(theory.gain(name), name, 1e-10);
    },
  );

  // Numerical slopes are off by some 1e-11 of the function, the integrals of them stop at 1e-9.
  test.each(profiles)('of $name is the same where only the function is given', ({ name, f }) => {
    expectMoments(theory.gain(f), name, 1e-8);
  });

  test.each([0.01, 0.1, 0.2])('of a leak of %d is found by quadrature', (slope) => {
    expectMoments(
      theory.gain((x) => (x > 0 ? x : slope * x)),
      `leakyRelu ${slope}`,
      1e-8,
    );
  });

  test('finds a kink and a jump wherever they are', () => {
    const share = (above: number): number => (1 - theory.activationProfile('erf').f(above / Math.SQRT2)) / 2;
    // Also a hair beside the edges and middles of intervals, which bisection meets.
    const places = fc.oneof(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc
        .tuple(fc.integer({ min: -24, max: 24 }), fc.double({ min: -0.005, max: 0.005, noNaN: true }))
        .map(([eighths, hair]) => eighths / 8 + hair),
    );
    fc.assert(
      fc.property(places, (at) => {
        // E of the indicator of z > at, and of its square.
        expect(Math.abs(theory.gain((x) => Math.max(0, x - at)).slopeMeanSquare - share(at))).toBeLessThan(
          1e-8,
        );
        expect(Math.abs(theory.gain((x) => (x > at ? 1 : 0)).meanSquare - share(at))).toBeLessThan(1e-8);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('of functions with closed forms is theirs', () => {
    // E relu^2 = 1/2; E z^4 = 3 and E (2 z)^2 = 4; E arctan'^2 = 1/2 is in the golden file.
    expect(theory.gain('relu').forward).toBeCloseTo(Math.SQRT2, 12);
    const square = theory.gain((x) => x * x);
    expect(square.mean).toBeCloseTo(1, 8);
    expect(square.meanSquare).toBeCloseTo(3, 8);
    expect(square.slopeMeanSquare).toBeCloseTo(4, 8);
    // E e^z = sqrt(e), E e^2z = e^2.
    expect(theory.gain('exponential').mean).toBeCloseTo(Math.exp(0.5), 10);
    expect(theory.gain('exponential').meanSquare).toBeCloseTo(Math.exp(2), 9);
  });

  test('of a constant is infinite where it is undefined otherwise', () => {
    expect(theory.gain(() => 0.1)).toEqual({
      forward: expect.closeTo(10, 9),
      variance: Infinity,
      backward: Infinity,
      mean: expect.closeTo(0.1, 12),
      meanSquare: expect.closeTo(0.01, 12),
      slopeMeanSquare: 0,
    });
    expect(theory.gain(() => 0).forward).toBe(Infinity);
  });

  test('of a step, whose slope is 0 almost everywhere, has no backward factor', () => {
    expect(theory.gain((x) => (x > 0.3 ? 1 : -1))).toMatchObject({
      backward: Infinity,
      meanSquare: expect.closeTo(1, 9),
    });
  });

  test('survives a function computed in float32', () => {
    // Its rounding errors of 6e-8 keep the quadrature from its tolerance, not from ending near the value.
    expect(theory.gain((x) => Math.fround(Math.tanh(x))).forward).toBeCloseTo(theory.gain('tanh').forward, 6);
  });

  test('refuses what it cannot integrate', () => {
    expect(() => theory.gain(Math.sqrt)).toThrow(
      new RangeError('gain: activation must return a finite number for every finite input, got NaN at -8'),
    );
    expect(() => theory.gain('swish' as theory.ActivationName)).toThrow(
      /^activationProfile: name must be one of relu, leakyRelu, .*, got swish$/,
    );
  });
});
