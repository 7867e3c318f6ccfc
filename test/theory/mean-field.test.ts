import { theory } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { golden } from './golden.js';

const { meanField } = theory;

describe('mean field', () => {
  test.each(golden.meanField)(
    'of $activation with $weightVariance and $biasVariance is that of plain iteration',
    (row) => {
      const found = meanField(row.activation, row);
      expect(found.fixedPoint / row.fixedPoint).toBeCloseTo(1, 10);
      expect(found.chi / row.chi).toBeCloseTo(1, 9);
      // The golden double integral meets kinks inside its panels.
      expect(found.correlationFixedPoint).toBeCloseTo(row.correlation, 6);
      expect(found.phase).toBe(row.chi < 1 ? 'ordered' : 'chaotic');
    },
  );

  test.each([
    // sigma_w^2, q*, chi, xi_grad, c*, 6 xi_c of tanh with sigma_b^2 = 0.05, as neural-tangents' phase diagram has them.
    [1.0, 0.19359, 0.75903, 3.627, 1, 21.8],
    [1.25, 0.29205, 0.86324, 6.8, 1, 40.8],
    [1.5, 0.41804, 0.93864, 15.791, 1, 94.7],
    [1.7, 0.53308, 0.98674, 74.918, 1, 449.5],
    [1.8, 0.59413, 1.00822, -122.1, 0.95041, 755],
    [2.0, 0.72176, 1.04767, -21.475, 0.74408, 151],
    [2.5, 1.06396, 1.13352, -7.979, 0.4468, 70.8],
    [3.0, 1.42801, 1.20893, -5.27, 0.29932, 54.3],
    [4.0, 2.19549, 1.3424, -3.396, 0.16506, 41.9],
  ])('of tanh with %d has the tabled depth scales', (weightVariance, q, chi, xiGradient, c, trainable) => {
    const found = meanField('tanh', { weightVariance, biasVariance: 0.05 });
    // Half a unit of the last digit given.
    expect(found.fixedPoint).toBeCloseTo(q, 5);
    expect(found.chi).toBeCloseTo(chi, 5);
    expect(found.correlationFixedPoint).toBeCloseTo(c, 5);
    expect(Math.abs(found.gradientDepthScale / xiGradient - 1)).toBeLessThan(5e-4);
    expect(Math.abs((6 * found.correlationDepthScale) / trainable - 1)).toBeLessThan(4e-3);
  });

  test.each([
    // Poole et al., sigma_b = 0.3.
    [1.3, 0.607047, 0.939807, 1],
    [2.5, 4.079124, 1.585225, 0.122104],
    [4.0, 12.604149, 2.367261, 0.029696],
  ])('of tanh with sigma_w = %d and sigma_b = 0.3 is that of Poole et al.', (sigma, q, chi, c) => {
    const found = meanField('tanh', { weightVariance: sigma ** 2, biasVariance: 0.3 ** 2 });
    expect(found.fixedPoint).toBeCloseTo(q, 6);
    expect(found.chi).toBeCloseTo(chi, 6);
    expect(found.correlationFixedPoint).toBeCloseTo(c, 6);
  });

  test('of ReLU under He keeps every signal and gradient', () => {
    expect(meanField('relu', { weightVariance: 2 })).toEqual({
      fixedPoint: 1,
      chi: 1,
      correlationFixedPoint: 1,
      gradientDepthScale: Infinity,
      correlationDepthScale: Infinity,
      phase: 'critical',
    });
  });

  test('of ReLU under Xavier halves squared norms until nothing is left', () => {
    const { fixedPoint, chi, gradientDepthScale, phase } = meanField('relu', { weightVariance: 1 });
    expect([fixedPoint, phase]).toEqual([0, 'ordered']);
    expect(chi).toBeCloseTo(0.5, 10);
    expect(gradientDepthScale).toBeCloseTo(1 / Math.LN2, 8);
  });

  test('of ReLU above He explodes', () => {
    const { fixedPoint, chi, phase } = meanField('relu', { weightVariance: 2.2 });
    expect([fixedPoint, phase]).toEqual([Infinity, 'chaotic']);
    expect(chi).toBeCloseTo(1.1, 10);
  });

  test('of ReLU with biases has the fixed point of a geometric series', () => {
    // q = 0.75 q + 0.1.
    expect(meanField('relu', { weightVariance: 1.5, biasVariance: 0.1 }).fixedPoint).toBeCloseTo(0.4, 10);
  });

  test('of odd functions in the chaotic phase makes all inputs uncorrelated', () => {
    const { correlationFixedPoint, phase } = meanField('tanh', { weightVariance: 2 });
    expect([correlationFixedPoint, phase]).toEqual([0, 'chaotic']);
  });

  test('of a function without a profile is that of its profile', () => {
    const variances = { weightVariance: 2, biasVariance: 0.05 };
    const [given, known] = [meanField(Math.tanh, variances), meanField('tanh', variances)];
    expect(given.fixedPoint).toBeCloseTo(known.fixedPoint, 8);
    expect(given.chi).toBeCloseTo(known.chi, 8);
    expect(given.correlationFixedPoint).toBeCloseTo(known.correlationFixedPoint, 6);
  });

  test('never fails on a known activation, whatever the phase', () => {
    for (const name of Object.keys(theory.activationProfiles) as theory.ActivationName[]) {
      for (const weightVariance of [0.5, 2, 5]) {
        for (const biasVariance of [0, 0.05]) {
          const { fixedPoint, correlationFixedPoint, phase } = meanField(name, {
            weightVariance,
            biasVariance,
          });
          expect(fixedPoint).toBeGreaterThanOrEqual(0);
          expect(['ordered', 'critical', 'chaotic']).toContain(phase);
          // Undefined only where signals grow without bound under the two that no integral can follow.
          if (name !== 'exponential' && name !== 'snake') {
            expect(correlationFixedPoint).toBeGreaterThanOrEqual(0);
            expect(correlationFixedPoint).toBeLessThanOrEqual(1);
          }
        }
      }
    }
  });

  test('refuses variances that are none', () => {
    expect(() => meanField('tanh', { weightVariance: 0 })).toThrow(
      new RangeError('meanField: weightVariance must be a positive finite number, got 0'),
    );
    expect(() => meanField('tanh', { weightVariance: 1, biasVariance: -1 })).toThrow(
      new RangeError('meanField: biasVariance must be a finite number, 0 or more, got -1'),
    );
  });
});
