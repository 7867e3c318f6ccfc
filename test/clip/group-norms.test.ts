import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { groupNorms } from '../../src/clip/group-norms.js';
import { backends } from './backends.js';

const elements = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
  minLength: 1,
  maxLength: 40,
});
const order = fc.constantFrom(1, 1.5, 2, 4, Infinity);

function normInFloat64(values: readonly number[], p: number): number {
  const largest = Math.max(...values.map(Math.abs));
  if (largest === 0 || p === Infinity) return largest;
  return largest * values.reduce((total, value) => total + (Math.abs(value) / largest) ** p, 0) ** (1 / p);
}

describe.each(backends)('groupNorms on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('equals the norm in float64 over the whole range of float32', () => {
    fc.assert(
      fc.property(elements, order, (values, p) => {
        const [product] = tf.tidy(() => {
          const { scale, relative } = groupNorms([[tf.tensor1d(values)]], p);
          return [(scale.dataSync()[0] ?? 0) * (relative.dataSync()[0] ?? 0)];
        });
        const expected = normInFloat64(values, p);
        // Forty additions and a power in float32; below 1e-37 a step of float32 is more than that.
        expect(Math.abs((product ?? Number.NaN) - expected)).toBeLessThanOrEqual(
          2e-6 * expected + 3e-45 * values.length,
        );
      }),
      { numRuns: 300 },
    );
  });

  test.each([1, 1.5, 2, 4, Infinity])('is finite for p = %d if and only if every element is', (p) => {
    const relative = (...values: number[]): number =>
      groupNorms([[tf.tensor1d([1]), tf.tensor1d(values)]], p).relative.dataSync()[0] ?? 0;
    expect(relative(3.4e38, 3.4e38)).toBeGreaterThan(0);
    expect(Number.isFinite(relative(3.4e38, 3.4e38))).toBe(true);
    expect(relative(NaN, 1)).toBeNaN();
    expect(relative(1, NaN)).toBeNaN();
    expect(relative(Infinity, NaN)).toBeNaN();
    expect(relative(1, -Infinity)).toBe(Infinity);
  });

  test('measures each group on its own', () => {
    const tensor = (...values: number[]) => tf.tensor1d(values);
    const { norm } = groupNorms([[tensor(3), tensor(0, 4)], [tensor(0)], [tf.scalar(-6), tensor(8)]], 2);
    expect([...norm.dataSync()]).toEqual([5, 0, 10]);
  });

  test('accepts a tensor without elements', () => {
    expect([
      ...groupNorms([[tf.zeros([0, 3]), tf.tensor1d([2])], [tf.zeros([0])]], 2).norm.dataSync(),
    ]).toEqual([2, 0]);
  });
});
