import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { measureStandardization, restore, standardize } from '../../src/treat/standardization.js';

test('measures each feature, leaves out what is not finite, and takes 1 for a constant', () => {
  // Column 0: 1, 3: mean 2, deviation 1. Column 1: 5, 5. Column 2: the finite value is 4.
  const by = measureStandardization([1, 5, 4, 3, 5, Number.NaN], 3);
  expect(by).toEqual({ mean: [2, 5, 4], std: [1, 1, 1] });
});

test('keeps its digits far from 0', () => {
  const { mean, std } = measureStandardization([1e9 + 1, 1e9 + 3], 1);
  expect([mean, std]).toEqual([[1e9 + 2], [1]]);
});

test('restores what it standardised, and is the identity without a scale', () => {
  const by = { mean: [10, -1], std: [5, 0.5] };
  const x = tf.tensor2d([
    [0, 0],
    [20, 3],
  ]);
  expect([...standardize(x, by).dataSync()]).toEqual([-2, 2, 2, 8]);
  expect([...restore(standardize(x, by), by).dataSync()]).toEqual([0, 0, 20, 3]);
  expect(standardize(x, undefined)).toBe(x);
  expect(restore(x, undefined)).toBe(x);
});
