import * as tf from '@tensorflow/tfjs-core';
import { type ClipStrategy, clipByGlobalNorm, clipByNorm, clipByValue, skipNonFinite } from 'gradient-health';
import { expect, test } from 'vitest';

const strategies: readonly ClipStrategy[] = [
  ...[1, 2, 3, Infinity].map((p) => clipByGlobalNorm(1, { p })),
  clipByNorm(1),
  clipByValue(1),
  skipNonFinite(),
];

/** Shading languages may assume that there is no NaN: every strategy must find it nevertheless. */
export function testClips(): void {
  test.each(strategies)('$name rejects a step for one NaN or infinite element', async (strategy) => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      const elements = new Float32Array(4000).fill(0.01);
      elements[1234] = bad;
      const weights = { kernel: tf.mul(tf.tensor(elements, [80, 50]), 1), bias: tf.ones([50]) };
      const state = strategy.initialState?.(weights) ?? {};
      const { gradients, accept } = strategy.apply(weights, { weights, state, step: 0, variables: {} });
      expect((await accept!.data())[0], String(bad)).toBe(0);
      expect((await tf.max(tf.abs(gradients['kernel']!)).data())[0]).toBe(0);
    }
  });
}
