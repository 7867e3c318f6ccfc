import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { autoClip } from '../../src/clip/auto.js';
import { backends } from './backends.js';
import { steps } from './step.js';

const sequence = (...norms: number[]) => norms.map((norm) => ({ v: [norm] }));

describe.each(backends)('autoClip on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test.each([
    [10, 1.4],
    [50, 3],
    [90, 7.6],
    [100, 10],
  ])('limits by percentile %d of [1, 2, 3, 4, 10], which is %d', (percentile, limit) => {
    const [last] = steps(autoClip({ percentile }), sequence(2, 1, 4, 3, 10)).slice(-1);
    expect(last?.gradients['v']?.[0]).toBeCloseTo(limit, 5);
  });

  test('forgets norms older than its history', () => {
    const [last] = steps(autoClip({ percentile: 100, historyLength: 2 }), sequence(9, 1, 2, 5)).slice(-1);
    expect([...(last?.state['norms']?.dataSync() ?? [])]).toEqual([2, 5]);
  });

  test('keeps norms of 0, NaN and infinity out of its history, and those beyond float32 in it as the largest', () => {
    const strategy = autoClip({ historyLength: 4, nonFinite: 'propagate' });
    const values = [
      { v: [1, 0] },
      { v: [0, 0] },
      { v: [NaN, 1] },
      { v: [Infinity, 1] },
      { v: [3.4e38, 3.4e38] },
    ];
    const [last] = steps(strategy, values).slice(-1);
    expect([...(last?.state['norms']?.dataSync() ?? [])]).toEqual([
      -1,
      -1,
      1,
      Math.fround(3.4028234663852886e38),
    ]);
    // The tenth percentile of both, along two equal elements.
    expect((last?.gradients['v']?.[0] ?? 0) / (0.34028234663852886e38 / Math.SQRT2)).toBeCloseTo(1, 6);
  });
});

describe('autoClip', () => {
  test.each([NaN, 0, -1, 101])('refuses the percentile %d', (percentile) => {
    expect(() => autoClip({ percentile })).toThrow(
      new RangeError(`autoClip: percentile must be above 0 and at most 100, got ${percentile}`),
    );
  });

  test.each([NaN, 0, 2.5, Infinity])('refuses a history of %d norms', (historyLength) => {
    expect(() => autoClip({ historyLength })).toThrow(
      new RangeError(`autoClip: historyLength must be a whole number from 1, got ${historyLength}`),
    );
  });
});

test('autoClip takes the shortest memory there can be, and starts with an empty one', () => {
  const { norms } = autoClip({ historyLength: 1 }).initialState?.({}) ?? {};
  expect(norms?.shape).toEqual([1]);
});
