import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { windowClip } from '../../src/clip/window.js';
import { backends } from './backends.js';
import { steps } from './step.js';

const sequence = (...norms: number[]) => norms.map((norm) => ({ v: [norm] }));

describe.each(backends)('windowClip on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('limits to the mean and some deviations of the steps before', () => {
    const results = steps(windowClip({ warmUpSteps: 4 }), sequence(1, 3, 1, 3, 100));
    // mean 2, standard deviation 1, limit 2 + 3 · 1
    expect(results.map(({ gradients }) => gradients['v']?.[0])).toEqual([1, 3, 1, 3, 5]);
    expect(results.map(({ accept }) => accept)).toEqual([1, 1, 1, 1, 1]);
  });

  test('rejects the step instead where asked to, and goes on', () => {
    const results = steps(windowClip({ warmUpSteps: 4, onSpike: 'skip' }), sequence(1, 3, 1, 3, 100, 2));
    expect(results.map(({ accept }) => accept)).toEqual([1, 1, 1, 1, 0, 1]);
    expect(results.map(({ gradients }) => gradients['v']?.[0])).toEqual([1, 3, 1, 3, 0, 2]);
  });

  test('follows a lasting change of level within a window', () => {
    const strategy = windowClip({ windowSize: 4, warmUpSteps: 4, onSpike: 'skip' });
    const results = steps(strategy, sequence(1, 1, 1, 1, 9, 9, 9, 9, 9));
    expect(results.at(-1)?.accept).toBe(1);
  });

  test('takes norms that hardly vary to deviate by 1 % of their mean', () => {
    const [last] = steps(windowClip({ warmUpSteps: 2 }), sequence(2, 2, 3)).slice(-1);
    expect(last?.gradients['v']?.[0]).toBeCloseTo(2 + 3 * 0.02, 6);
  });
});

describe('windowClip', () => {
  test.each([
    [{ sigmas: 0 }, 'windowClip: sigmas must be a positive finite number, got 0'],
    [{ windowSize: 1 }, 'windowClip: windowSize must be a whole number from 2, got 1'],
    [{ windowSize: 8, warmUpSteps: 9 }, 'windowClip: warmUpSteps must be a whole number from 1 to 8, got 9'],
    [{ warmUpSteps: 0 }, 'windowClip: warmUpSteps must be a whole number from 1 to 128, got 0'],
  ])('refuses %o', (options, message) => {
    expect(() => windowClip(options)).toThrow(new RangeError(message));
  });

  test('refuses an unknown answer to spikes, as plain JavaScript may pass it', () => {
    const options: object = { onSpike: 'warn' };
    expect(() => windowClip(options)).toThrow("windowClip: onSpike must be 'clip' or 'skip', got warn");
  });

  test('warms up within a window shorter than usual', () => {
    expect(() => windowClip({ windowSize: 10 })).not.toThrow();
  });

  test('carries its options in its name', () => {
    expect(windowClip().name).toBe('windowClip(3)');
    expect(windowClip({ sigmas: 6, onSpike: 'skip' }).name).toBe('windowClip(6, skip)');
  });
});

test('windowClip takes the shortest memory there can be, and starts with an empty one', () => {
  const { norms } = windowClip({ windowSize: 2, warmUpSteps: 1 }).initialState?.({}) ?? {};
  expect(norms?.shape).toEqual([2]);
});
