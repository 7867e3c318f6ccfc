import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { clipByValue } from '../../src/clip/by-value.js';
import { backends } from './backends.js';
import { step } from './step.js';

describe.each(backends)('clipByValue on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('limits each element to a symmetric range', () => {
    expect(step(clipByValue(1), { v: [-3, -1, 0.5, 1, 4] }).gradients).toEqual({ v: [-1, -1, 0.5, 1, 1] });
  });

  test('limits each element to a range around 0', () => {
    expect(step(clipByValue({ min: -2, max: 1 }), { v: [-3, -1.5, 0, 4] }).gradients).toEqual({
      v: [-2, -1.5, 0, 1],
    });
  });

  test('leaves one side alone where the range is infinite', () => {
    expect(step(clipByValue({ min: -Infinity, max: 1 }), { v: [-3e30, 4] }).gradients.v).toEqual([
      Math.fround(-3e30),
      1,
    ]);
    expect(step(clipByValue({ min: 0, max: Infinity }), { v: [-3, 4] }).gradients.v).toEqual([0, 4]);
  });

  test('keeps NaN as NaN and clips infinities where they propagate', () => {
    const { gradients } = step(clipByValue(1, { nonFinite: 'propagate' }), {
      v: [NaN, Infinity, -Infinity, 0.5],
    });
    expect(gradients.v).toEqual([NaN, 1, -1, 0.5]);
  });
});

describe('clipByValue', () => {
  test.each([NaN, 0, -1, Infinity, 1e-50, 1e39])('refuses the limit %d', (limit) => {
    expect(() => clipByValue(limit)).toThrow(RangeError);
    expect(() => clipByValue(limit)).toThrow(
      `clipByValue: limit must be a positive finite number, got ${limit}`,
    );
  });

  test.each([
    { min: 1, max: 2 },
    { min: -2, max: -1 },
    { min: 0, max: 0 },
    { min: -Infinity, max: Infinity },
    { min: Number.NaN, max: 1 },
  ])('refuses the range %o', (range) => {
    expect(() => clipByValue(range)).toThrow(RangeError);
  });

  test.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['1', 'string'],
  ])('refuses the limit %o, as plain JavaScript may pass it', (limit, got) => {
    expect(() => clipByValue(limit as never)).toThrow(
      new TypeError(`clipByValue: limit must be a positive number or a range { min, max }, got ${got}`),
    );
  });

  test('takes a range with 0 at either end, and says what another lacks', () => {
    expect(() => clipByValue({ min: -1, max: 0 })).not.toThrow();
    expect(() => clipByValue({ min: 0, max: 1 })).not.toThrow();
    expect(() => clipByValue({ min: 1, max: 2 })).toThrow(
      'clipByValue: a range must hold 0, have min < max and be finite on one side, got min 1, max 2',
    );
  });

  test('carries its limits in its name', () => {
    expect(clipByValue(0.5).name).toBe('clipByValue(0.5)');
    expect(clipByValue({ min: -2, max: 1 }).name).toBe('clipByValue({ min: -2, max: 1 })');
  });
});
