import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { clipByBlockRms } from '../../src/clip/by-block-rms.js';
import { backends } from './backends.js';
import { step } from './step.js';

describe.each(backends)('clipByBlockRms on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('limits the root mean square of each variable on its own', () => {
    // rms([2, -2, 2, 2]) = 2, halved; rms([1, -1]) = 1, at the limit
    const { gradients } = step(clipByBlockRms(1), { a: [2, -2, 2, 2], b: [1, -1] });
    expect(gradients).toEqual({ a: [1, -1, 1, 1], b: [1, -1] });
  });

  test('brings [3, 4] to a root mean square of 1', () => {
    const [first, second] = step(clipByBlockRms(1), { v: [3, 4] }).gradients['v'] ?? [];
    // 3 and 4 over 5 / sqrt(2)
    expect(first).toBeCloseTo(0.848528, 6);
    expect(second).toBeCloseTo(1.131371, 6);
  });
});

describe('clipByBlockRms', () => {
  test.each([NaN, 0, -1, Infinity])('refuses the limit %d', (limit) => {
    expect(() => clipByBlockRms(limit)).toThrow(
      new RangeError(`clipByBlockRms: maxRms must be a positive finite number, got ${limit}`),
    );
  });
});
