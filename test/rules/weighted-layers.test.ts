import { describe, expect, test } from 'vitest';
import type { Run } from '../../src/record/run.js';
import { gradientNorm, variableOf, weightedLayers } from '../../src/rules/weighted-layers.js';
import { chain, history, stats } from './histories.js';

const run = (keys: readonly string[], model: Run['model'] = null): Run =>
  history({ steps: 1, model, gradients: () => Object.fromEntries(keys.map((key) => [key, 1])) });

describe('weightedLayers', () => {
  test.each(['bias', 'beta', 'gamma', 'alpha', 'bias_1', 'gamma_12'])('%s has one entry a unit', (name) => {
    expect(weightedLayers(run([`a/${name}`]))).toEqual([
      { path: 'a', facts: null, kernels: [], vectors: [`a/${name}`] },
    ]);
  });

  test.each(['kernel', 'kernel_1', 'unbias', 'biases', 'bias_', 'bias_x', 'bias_1_kernel', 'embeddings'])(
    '%s is a matrix, whatever it resembles',
    (name) => {
      expect(weightedLayers(run([`a/${name}`]))).toEqual([
        { path: 'a', facts: null, kernels: [`a/${name}`], vectors: [] },
      ]);
    },
  );

  test('groups the weights of a layer, in the order of their names', () => {
    const keys = ['a/recurrent_kernel', 'b/kernel', 'a/kernel', 'a/gamma', 'a/bias'];
    expect(weightedLayers(run(keys))).toMatchObject([
      { path: 'a', kernels: ['a/kernel', 'a/recurrent_kernel'], vectors: ['a/bias', 'a/gamma'] },
      { path: 'b', kernels: ['b/kernel'] },
    ]);
  });

  test('gives weights of cells to the layer that the model knows', () => {
    const known = chain([{ path: 'rnn', className: 'RNN' }, { path: 'out' }]);
    const keys = ['rnn/cell_0/kernel', 'rnn/cell_1/kernel', 'out/kernel'];
    expect(weightedLayers(run(keys, known))).toMatchObject([
      { path: 'rnn', facts: known.layers[0], kernels: ['rnn/cell_0/kernel', 'rnn/cell_1/kernel'] },
      { path: 'out', facts: known.layers[1] },
    ]);
    expect(weightedLayers(run(keys)).map(({ path }) => path)).toEqual(['out', 'rnn/cell_0', 'rnn/cell_1']);
  });

  test('goes by depth and then by path, whatever the order of the records and of the facts', () => {
    const model = chain([
      { path: 'z', depth: 0 },
      { path: 'e', depth: 1 },
      { path: 'c', depth: 1 },
      { path: 'd', depth: 1 },
      { path: 'a', depth: 2 },
    ]);
    const keys = ['a/kernel', 'd/kernel', 'z/kernel', 'c/kernel', 'e/kernel'];
    const paths = ['z', 'c', 'd', 'e', 'a'];
    expect(weightedLayers(run(keys, model)).map(({ path }) => path)).toEqual(paths);
    expect(weightedLayers(run([...keys].reverse(), model)).map(({ path }) => path)).toEqual(paths);
  });

  test('orders paths of one depth where sorted keys do not', () => {
    // As a key 'a-b/kernel' comes before 'a/kernel', as a path 'a' before 'a-b'; 'a0' comes after both.
    const keys = ['a/kernel', 'a-b/kernel', 'a0/kernel'];
    expect(weightedLayers(run(keys)).map(({ path }) => path)).toEqual(['a', 'a-b', 'a0']);
  });

  test('lists layers that the model does not know beside the first ones', () => {
    const model = chain([{ path: 'm' }, { path: 'b' }]);
    const keys = ['b/kernel', 'm/kernel', 'x/kernel', 'a/kernel'];
    expect(weightedLayers(run(keys, model)).map(({ path, facts }) => [path, facts?.depth])).toEqual([
      ['a', undefined],
      ['m', 0],
      ['x', undefined],
      ['b', 1],
    ]);
  });

  test('reads the newest record, and finds nothing without one', () => {
    const { steps, ...rest } = history({
      steps: 2,
      gradients: (step) => (step === 1 ? { 'new/kernel': 1 } : { 'old/kernel': 1 }),
    });
    expect(weightedLayers({ ...rest, steps })).toMatchObject([{ path: 'new' }]);
    expect(weightedLayers({ ...rest, steps: [] })).toEqual([]);
  });
});

test('the record of a weight is found by its own key alone', () => {
  const [record] = run(['a/kernel']).steps;
  expect(variableOf(record!, 'a/kernel')).toBe(record?.variables['a/kernel']);
  expect(variableOf(record!, 'constructor')).toBeUndefined();
});

describe('gradientNorm', () => {
  const [record] = history({
    steps: 1,
    gradients: () => ({ 'a/kernel': 3, 'a/bias': 4, 'b/kernel': null, 'c/kernel': { ...stats(1), infs: 1 } }),
  }).steps;

  test('is of all gradients together, those that are missing left out', () => {
    expect(gradientNorm(record!, ['a/kernel', 'a/bias', 'b/kernel', 'none'])).toBe(5);
  });

  test('is infinite where an element is, and not there without any gradient', () => {
    expect(gradientNorm(record!, ['a/kernel', 'c/kernel'])).toBe(Number.POSITIVE_INFINITY);
    expect(gradientNorm(record!, ['b/kernel', 'none'])).toBeUndefined();
  });
});
