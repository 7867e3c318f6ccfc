import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { clipByNorm } from '../../src/clip/by-norm.js';
import { backends } from './backends.js';
import { step } from './step.js';

describe.each(backends)('clipByNorm on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('limits the norm of each variable on its own', () => {
    // ||[3, 4]|| = 5, halved; ||[0, 2]|| = 2 is below the limit
    const { gradients } = step(clipByNorm(2.5), { a: [3, 4], b: [0, 2] });
    expect(gradients).toEqual({ a: [1.5, 2], b: [0, 2] });
  });

  test('limits the norm of each layer, whose variables share the key up to the last slash', () => {
    const gradients = { 'in/kernel': [3], 'in/cell/kernel': [6, 8], 'in/bias': [4], loose: [1], scale: [0] };
    // in: ||[3, 4]|| = 5; in/cell: 10; the names without a slash: 1
    expect(step(clipByNorm(2.5, { per: 'layer' }), gradients).gradients).toEqual({
      'in/kernel': [1.5],
      'in/cell/kernel': [1.5, 2],
      'in/bias': [2],
      loose: [1],
      scale: [0],
    });
  });

  test('keeps the order of the keys', () => {
    const gradients = { 'b/kernel': [1], 'a/kernel': [1], 'b/bias': [1] };
    expect(Object.keys(step(clipByNorm(1, { per: 'layer' }), gradients).gradients)).toEqual([
      'b/kernel',
      'a/kernel',
      'b/bias',
    ]);
  });
});

describe('clipByNorm', () => {
  test.each([NaN, 0, -1, Infinity])('refuses the limit %d', (limit) => {
    expect(() => clipByNorm(limit)).toThrow(
      new RangeError(`clipByNorm: maxNorm must be a positive finite number, got ${limit}`),
    );
  });

  test('refuses an unknown unit, as plain JavaScript may pass it', () => {
    const options: object = { per: 'model' };
    expect(() => clipByNorm(1, options)).toThrow("clipByNorm: per must be 'variable' or 'layer', got model");
  });

  test('carries its limit and unit in its name', () => {
    expect(clipByNorm(2).name).toBe('clipByNorm(2)');
    expect(clipByNorm(2, { per: 'layer' }).name).toBe('clipByNorm(2, per layer)');
  });
});
