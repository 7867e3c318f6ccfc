import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { clipByGlobalNorm } from '../../src/clip/by-global-norm.js';
import { backends } from './backends.js';
import { step } from './step.js';

describe.each(backends)('clipByGlobalNorm on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('scales all gradients by the same factor', () => {
    // ||[3, 0, 4]|| = 5, halved
    expect(step(clipByGlobalNorm(2.5), { a: [3, 0], b: 4 }).gradients).toEqual({ a: [1.5, 0], b: [2] });
  });

  test.each([
    [[3, 4], 5],
    [[1, 2, 2], 3],
    [[6, 8], 10],
  ])('returns %j, whose norm is exactly the limit %d, bit by bit', (values, limit) => {
    expect(step(clipByGlobalNorm(limit), { v: values }).gradients.v).toEqual(values);
  });

  test.each([
    [1, 10],
    [3, 6.240251469155712], // (27 + 216)^(1/3)
    [Infinity, 6],
  ])('measures by the %d-norm', (p, norm) => {
    const values = [3, -6, p === 1 ? 1 : 0];
    expect(step(clipByGlobalNorm(norm * 1.0001, { p }), { v: values }).gradients.v).toEqual(values);
    const { gradients } = step(clipByGlobalNorm(norm / 2, { p }), { v: values });
    gradients.v?.forEach((value, i) => {
      expect(value).toBeCloseTo((values[i] ?? 0) / 2, 6);
    });
  });

  test.each([1, 2, 3, Infinity])('brings elements of 3e38 and of 1e-42 to the limit with p = %d', (p) => {
    const large = step(clipByGlobalNorm(1, { p }), { v: [3e38, 3e38] }).gradients.v ?? [];
    // two equal elements of p-norm 1
    for (const value of large) expect(value).toBeCloseTo(p === Infinity ? 1 : 0.5 ** (1 / p), 6);
    const small = step(clipByGlobalNorm(1e-43, { p }), { v: [0, 1e-42] }).gradients.v?.[1] ?? 0;
    // float32 steps by 1.4e-45 there, and the factor carries the rounding of 1e-43 as well
    expect(Math.abs(small - 1e-43)).toBeLessThan(3e-45);
  });

  test('makes everything NaN of one NaN where it propagates', () => {
    const strategy = clipByGlobalNorm(1, { nonFinite: 'propagate' });
    expect(step(strategy, { a: [1, NaN], b: [2] }).gradients).toEqual({ a: [NaN, NaN], b: [NaN] });
  });

  test('clips what is left once bad elements are zeroed', () => {
    const strategy = clipByGlobalNorm(2.5, { nonFinite: 'zero' });
    const { gradients, accept } = step(strategy, { a: [3, NaN], b: [-Infinity, 4] });
    expect(gradients).toEqual({ a: [1.5, 0], b: [0, 2] });
    expect(accept).toBe(1);
  });
});

describe('clipByGlobalNorm', () => {
  test.each([NaN, 0, -1, Infinity])('refuses the limit %d', (limit) => {
    expect(() => clipByGlobalNorm(limit)).toThrow(
      new RangeError(`clipByGlobalNorm: maxNorm must be a positive finite number, got ${limit}`),
    );
  });

  test.each([NaN, 0.5, -2])('refuses the order %d', (p) => {
    expect(() => clipByGlobalNorm(1, { p })).toThrow(
      new RangeError(`clipByGlobalNorm: p must be at least 1, got ${p}`),
    );
  });

  test('refuses an unknown policy, as plain JavaScript may pass it', () => {
    const options: object = { nonFinite: 'ignore' };
    expect(() => clipByGlobalNorm(1, options)).toThrow(
      "clipByGlobalNorm: nonFinite must be 'skip', 'zero' or 'propagate', got ignore",
    );
  });

  test('carries its limit and order in its name', () => {
    expect(clipByGlobalNorm(1).name).toBe('clipByGlobalNorm(1)');
    expect(clipByGlobalNorm(0.5, { p: Infinity }).name).toBe('clipByGlobalNorm(0.5, p=Infinity)');
  });
});
