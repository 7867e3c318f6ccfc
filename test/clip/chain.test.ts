import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { clipByGlobalNorm } from '../../src/clip/by-global-norm.js';
import { clipByValue } from '../../src/clip/by-value.js';
import { chain } from '../../src/clip/chain.js';
import { skipNonFinite } from '../../src/clip/skip-non-finite.js';
import type { ClipStrategy } from '../../src/clip/strategy.js';
import { backends } from './backends.js';
import { step, steps } from './step.js';

/** Counts the steps it is asked for, and accepts them all. */
const counter: ClipStrategy = {
  name: 'counter',
  initialState: () => ({ seen: tf.scalar(0) }),
  apply: (gradients, { state }) => ({ gradients, state: { seen: tf.add(state['seen'] ?? 0, 1) } }),
};

describe.each(backends)('chain on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('hands the gradients of each strategy to the next', () => {
    // clipped to [3, 4], of norm 5, then halved; in the other order the norm would be 1000
    const strategy = chain(clipByValue(4), clipByGlobalNorm(2.5));
    expect(step(strategy, { v: [3, 1000] }).gradients.v).toEqual([1.5, 2]);
  });

  test('takes the step only if all of them accept it', () => {
    const accepting = chain(clipByValue(1), skipNonFinite());
    expect(step(accepting, { v: [1] }).accept).toBe(1);
    expect(step(accepting, { v: [NaN] }).accept).toBe(0);
    expect(step(chain(skipNonFinite(), counter), { v: [NaN] }).accept).toBe(0);
  });

  test('shows each strategy its own state, named by its position', () => {
    const [last] = steps(chain(counter, chain(counter, clipByValue(1)), counter), [
      { v: [1] },
      { v: [1] },
    ]).slice(-1);
    const seen = Object.entries(last?.state ?? {}).map(([name, tensor]) => [name, tensor.dataSync()[0]]);
    expect(seen).toEqual([
      ['0/seen', 2],
      ['1/0/seen', 2],
      ['2/seen', 2],
    ]);
  });

  test('keeps the memory of those after a rejection as it was', () => {
    const [last] = steps(chain(counter, skipNonFinite(), counter), [
      { v: [1] },
      { v: [NaN] },
      { v: [1] },
    ]).slice(-1);
    expect(last?.state['0/seen']?.dataSync()[0]).toBe(3);
    expect(last?.state['2/seen']?.dataSync()[0]).toBe(2);
  });
});

describe('chain', () => {
  test('of none hands on the gradients', () => {
    expect(step(chain(), { v: [1, -2] })).toEqual({ gradients: { v: [1, -2] }, accept: 1, state: {} });
  });

  test('joins the names of its parts', () => {
    expect(chain(clipByValue(1), chain(skipNonFinite())).name).toBe(
      'chain(clipByValue(1), chain(skipNonFinite()))',
    );
  });
});

test.each([
  [null, 'null'],
  [{}, 'object'],
  [clipByGlobalNorm, 'function'],
])('chain refuses %o for a strategy', (strategy, got) => {
  expect(() => chain(counter, strategy as never)).toThrow(
    new TypeError(`chain: strategy 1 must be a ClipStrategy such as clipByGlobalNorm(1), got ${got}`),
  );
});

test('chain starts with the memory of each strategy, under its place, and without any where none has one', () => {
  expect(Object.keys(chain(clipByValue(1), counter, counter).initialState?.({}) ?? {})).toEqual([
    '1/seen',
    '2/seen',
  ]);
  const { state } = chain(clipByValue(1)).apply(
    { v: tf.tensor1d([1]) },
    { weights: {}, state: {}, step: 0, variables: {} },
  );
  expect(state).toBeUndefined();
});
