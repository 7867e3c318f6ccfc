import { expect, test } from 'vitest';
import { shortNumber } from '../../src/record/short-number.js';

test.each([
  [0, '0'],
  [-0, '0'],
  [7, '7'],
  [40000, '40000'],
  [1e6, '1.0e6'],
  [-2.5e7, '-2.5e7'],
  [0.001, '0.001'],
  [0.123456, '0.123'],
  [12.3456, '12.3'],
  [1234.56, '1235'],
  [99999.94, '100000'],
  [3.14e-9, '3.1e-9'],
  [5e-324, '4.9e-324'],
  [1.7976931348623157e308, '1.8e308'],
  [Number.NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [-Infinity, '-Infinity'],
])('writes %d as %s', (value, text) => {
  expect(shortNumber(value)).toBe(text);
});
