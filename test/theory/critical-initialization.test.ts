import fc from 'fast-check';
import { theory } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { golden } from './golden.js';

const { criticalInitialization, meanField } = theory;

describe('the critical initialisation', () => {
  test.each(golden.criticalByFixedPoint)(
    'of $activation that keeps $fixedPoint is that of Gauss-Legendre panels',
    (row) => {
      const found = criticalInitialization(row.activation, { fixedPoint: row.fixedPoint })!;
      expect(found.weightVariance / row.weightVariance).toBeCloseTo(1, 10);
      // A difference of two numbers of the size of q.
      expect(Math.abs(found.biasVariance - row.biasVariance) / row.fixedPoint).toBeLessThan(1e-10);
      expect(found.fixedPoint).toBe(row.fixedPoint);
    },
  );

  test.each(golden.criticalByBias)('of $activation with biases of $biasVariance is found', (row) => {
    const found = criticalInitialization(row.activation, { biasVariance: row.biasVariance })!;
    expect(found.weightVariance / row.weightVariance).toBeCloseTo(1, 8);
    expect(found.fixedPoint / row.fixedPoint).toBeCloseTo(1, 7);
    expect(found.biasVariance).toBe(row.biasVariance);
  });

  test.each<[theory.ActivationName, number, number]>([
    // Without biases: 1 / slope(0)^2 at q* = 0, or any q* for what is homogeneous.
    ['tanh', 1, 0],
    ['hardTanh', 1, 0],
    ['softsign', 1, 0],
    ['arctan', 1, 0],
    ['sin', 1, 0],
    ['erf', Math.PI / 4, 0],
    ['gelu', 4, 0],
    ['relu', 2, 1],
    // 2 / (1 + 0.3^2) and 2 / (1 + 0.25^2).
    ['leakyRelu', 2 / 1.09, 1],
    ['prelu', 2 / 1.0625, 1],
    ['linear', 1, 1],
  ])('of %s without biases has weights of %d', (name, weightVariance, fixedPoint) => {
    expect(criticalInitialization(name)).toEqual({
      weightVariance: expect.closeTo(weightVariance, 8),
      biasVariance: 0,
      fixedPoint,
    });
  });

  test.each<[theory.ActivationName, number, number, number]>([
    // The half-stable points of Roberts and Yaida: K*, C_W, C_b.
    ['gelu', 3.561553, 1.9830582575, 0.1729223907],
    ['silu', 14.320174, 1.9880046783, 0.5551431704],
    ['mish', 1.670169, 2.0135240701, 0.094521787],
  ])('of %s at its half-stable point is the published one', (name, fixedPoint, weights, biases) => {
    const found = criticalInitialization(name, { fixedPoint })!;
    // K* is given to 7 digits.
    expect(found.weightVariance).toBeCloseTo(weights, 7);
    expect(found.biasVariance).toBeCloseTo(biases, 7);
  });

  test('makes chi 1 at the fixed point, for any that it keeps', () => {
    const bounded = fc.constantFrom<theory.ActivationName>('tanh', 'erf', 'softsign', 'arctan', 'hardTanh');
    // Below, hardTanh is linear within 3 standard deviations: it keeps any q.
    fc.assert(
      fc.property(bounded, fc.double({ min: 0.1, max: 5, noNaN: true }), (name, fixedPoint) => {
        const found = criticalInitialization(name, { fixedPoint })!;
        const reached = meanField(name, found);
        expect(reached.phase).toBe('critical');
        expect(reached.fixedPoint / fixedPoint).toBeCloseTo(1, 6);
        expect(reached.chi).toBeCloseTo(1, 6);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  test('is null where there is none', () => {
    expect(criticalInitialization('softplus')).toBeNull();
    expect(criticalInitialization('softplus', { biasVariance: 0.1 })).toBeNull();
    // sigmoid has one only where it is saturated: sigma_w^2 = 103.
    expect(criticalInitialization('sigmoid', { fixedPoint: 40 })).toBeNull();
    expect(criticalInitialization('sigmoid')?.weightVariance).toBeCloseTo(103.00755, 5);
    // ReLU keeps chi = 1 for sigma_w^2 = 2 only, where any bias makes q grow.
    expect(criticalInitialization('relu', { biasVariance: 0.1 })).toBeNull();
    expect(criticalInitialization(() => 1, { fixedPoint: 1 })).toBeNull();
    // Its slope at 0 is 0.
    expect(criticalInitialization('tanhShrink')).toBeNull();
  });

  test('refuses options out of range', () => {
    expect(() => criticalInitialization('tanh', { biasVariance: 0.1, fixedPoint: 1 })).toThrow(
      new RangeError('criticalInitialization: give biasVariance or fixedPoint, not both, got 0.1 and 1'),
    );
    expect(() => criticalInitialization('tanh', { biasVariance: NaN })).toThrow(
      new RangeError('criticalInitialization: biasVariance must be a finite number, 0 or more, got NaN'),
    );
    expect(() => criticalInitialization('tanh', { fixedPoint: 0 })).toThrow(
      new RangeError('criticalInitialization: fixedPoint must be a positive finite number, got 0'),
    );
  });
});
