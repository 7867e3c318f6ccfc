import { expect, test } from 'vitest';
import { fitsActivation, fittingInitializer, isSmallSpread } from '../../src/rules/fitting-initializer.js';

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

// A variance of exactly half or twice what is wanted does not fit, and names that only resemble tell nothing.
test.each([
  ['VarianceScaling(2, fanIn, uniform)', 'tanh', false],
  ['VarianceScaling(0.5, fanIn, uniform)', 'tanh', false],
  ['VarianceScaling(4, fanIn, uniform)', 'relu', false],
  ['Orthogonal(2)', 'relu', false],
  ['Orthogonal(3)', 'relu', false],
  ['Orthogonal(1)', 'relu', false],
  ['MyVarianceScaling(2, fanIn, uniform)', 'relu', false],
  ['VarianceScaling(2, fanIn, uniform) halved', 'relu', false],
  ['NearlyOrthogonal(1.4)', 'relu', false],
  ['VarianceScaling(1, fanAvg, uniform)', undefined, true],
])('at the limits, %s before %s: %s', (initializer, activation, fits) => {
  expect(fitsActivation(initializer, activation)).toBe(fits);
});

test.each([
  ...['relu', 'relu6', 'leakyRelu', 'prelu', 'thresholdedRelu', 'elu', 'gelu', 'gelu_new'],
  ...['swish', 'silu', 'mish', 'softplus'],
])('%s cuts away what heNormal makes up for', (activation) => {
  expect(fittingInitializer(activation)).toBe('heNormal');
});

test('selu wants the initialiser that it was derived for', () => {
  expect(fittingInitializer('selu')).toBe('lecunNormal');
});

test.each(['tanh', 'sigmoid', 'linear', 'softmax', 'softsign', undefined])(
  '%s passes what xavierUniform keeps',
  (activation) => {
    expect(fittingInitializer(activation)).toBe('xavierUniform');
  },
);

// The spread is the larger bound of a uniform distribution, the deviation of a normal one, or the size of a constant.
test.each([
  ['RandomUniform(-0.05, 0.05)', true],
  ['RandomUniform(-0.1, 0.1)', true],
  ['RandomUniform(-0.05, 0.2)', false],
  ['RandomUniform(-0.2, 0.05)', false],
  ['RandomNormal(0, 0.1)', true],
  ['RandomNormal(1, 0.05)', true],
  ['RandomNormal(0, 0.11)', false],
  ['TruncatedNormal(0, 0.1)', true],
  ['TruncatedNormal(0, 0.11)', false],
  ['Zeros', true],
  ['Constant(0.1)', true],
  ['Constant(-0.1)', true],
  ['Constant(0.2)', false],
  ['Constant(-0.2)', false],
  ['Ones', false],
  ['Identity(0.05)', false],
  ['VarianceScaling(0.05, fanIn, uniform)', false],
  ['', false],
])('%s draws from one small spread: %s', (initializer, isSmall) => {
  expect(isSmallSpread(initializer)).toBe(isSmall);
});
