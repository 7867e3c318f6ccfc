import { expect, test } from 'vitest';
import { fitsActivation } from '../../src/rules/fitting-initializer.js';

// Variances within a factor of 2, exclusive, of 2 / fan-in before a rectifier and 1 / fan-in otherwise.
test.each([
  ['VarianceScaling(2, fanIn, uniform)', 'relu', true],
  ['VarianceScaling(1, fanIn, uniform)', 'relu', false],
  ['VarianceScaling(1, fanIn, uniform)', 'tanh', true],
  // The cut of tfjs leaves 0.7737 of it.
  ['VarianceScaling(2.5, fanIn, normal)', 'tanh', true],
  ['VarianceScaling(2.5, fanIn, uniform)', 'tanh', false],
  // A gain g has the variance g^2: 1.4^2 = 1.96, 0.6^2 = 0.36.
  ['Orthogonal', 'tanh', true],
  ['Orthogonal', 'relu', false],
  ['Orthogonal(1.4)', 'relu', true],
  ['Orthogonal(0.6)', 'tanh', false],
  ['Identity', 'relu', true],
  ['Zeros', 'tanh', false],
])('%s before %s: %s', (initializer, activation, fits) => {
  expect(fitsActivation(initializer, activation)).toBe(fits);
});
