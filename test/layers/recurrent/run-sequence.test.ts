import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { differencesOf, pairOf } from './pairs.js';

test('many units that take few steps on wasm are left to its own product, with the same result', async () => {
  await tf.setBackend('wasm');
  const kernelsOf = async (run: () => tf.Tensor): Promise<readonly string[]> =>
    (await tf.profile(run)).kernelNames;
  const [theirs, ours] = pairOf('lstm', { units: 200, recurrentActivation: 'sigmoid' }, 8);
  const sequence = (batch: number) => tf.randomNormal([batch, 2, 8], 0, 1, 'float32', 1);
  // 4 x 200 x 208 = 166400 weights: more than 80000 for each of two rows, fewer for each of four.
  const [one, two] = [sequence(1), sequence(2)];
  expect(await kernelsOf(() => ours.apply(one) as tf.Tensor)).not.toContain('GradientHealthRecurrent');
  expect(await kernelsOf(() => ours.apply(two) as tf.Tensor)).toContain('GradientHealthRecurrent');
  const [outputs, gradients] = differencesOf(theirs, ours, { x: one });
  expect(outputs).toBeLessThan(1e-6);
  expect(gradients).toBeLessThan(1e-5);
});
