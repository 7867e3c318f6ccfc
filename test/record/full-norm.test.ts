import { expect, test } from 'vitest';
import { fullNorm } from '../../src/record/full-norm.js';
import { stats } from '../rules/histories.js';

test('the full norm is NaN with any NaN, else infinite with any infinity, else the norm', () => {
  expect(fullNorm(stats(5))).toBe(5);
  expect(fullNorm({ ...stats(5), infs: 1 })).toBe(Infinity);
  expect(fullNorm({ ...stats(5), infs: 1, nans: 1 })).toBeNaN();
});
