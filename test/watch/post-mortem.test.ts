import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { watch } from 'gradient-health';
import { expect, test } from 'vitest';

const SAMPLES = 8;

/** The root of the distance: a loss of 0 has an infinite slope, and is finite itself. */
const rootLoss = (target: tf.Tensor, prediction: tf.Tensor): tf.Tensor =>
  tf.sqrt(tf.abs(tf.sub(target, prediction)));

async function autopsyOf(loss: 'meanSquaredError' | typeof rootLoss, y: tf.Tensor) {
  const constant = (value: number) => tfl.initializers.constant({ value });
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ name: 'hidden', units: 2, inputShape: [3], kernelInitializer: constant(1) }),
      tfl.layers.dense({ name: 'out', units: 1, kernelInitializer: constant(1) }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.1), loss });
  const monitor = watch(model, { quiet: true, autopsy: true });
  const before = tf.memory().numTensors;
  await model.trainOnBatch(tf.ones([SAMPLES, 3]), y);
  await monitor.flush();
  const { findings } = monitor.report();
  await monitor.stop();
  return { found: findings.find(({ rule }) => rule === 'autopsy'), findings, before };
}

/** Each sample is 1, 1, 1, so each hidden unit returns 3 and the output 6; one target is just that. */
const hitBy = (sample: number): tf.Tensor2D =>
  tf.tensor2d(Array.from({ length: SAMPLES }, (_, at) => [at === sample ? 6 : 7]));

test('where input, output and loss are finite, the autopsy takes gradients sample by sample', async () => {
  const { found, findings } = await autopsyOf(rootLoss, hitBy(5));
  expect(found).toMatchObject({ firstStep: 0, evidence: { step: 0, sample: 5 } });
  expect(findings.filter(({ rule }) => rule === 'watch-failed')).toEqual([]);
});

test('of the gradients of a sample it names those of the deepest layer, which come first on the way back', async () => {
  const { found } = await autopsyOf(rootLoss, hitBy(0));
  expect(found?.where).toBe('out');
  expect(found?.message).toMatch(/the gradient of (kernel|bias) of out holds (NaN|-?Infinity) for sample 0/);
});

test('a step whose gradients are finite has none', async () => {
  const { found } = await autopsyOf(rootLoss, hitBy(-1));
  expect(found).toBeUndefined();
});
