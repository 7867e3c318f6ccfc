import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { watch } from '../../src/watch/watch.js';
import { data } from './models.js';

const normalised = (momentum: number) => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({
        name: 'first',
        units: 8,
        inputShape: [4],
        kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }),
      }),
      tfl.layers.batchNormalization({ name: 'norm', momentum }),
      tfl.layers.dropout({ rate: 0 }),
      tfl.layers.dense({
        name: 'last',
        units: 1,
        kernelInitializer: tfl.initializers.glorotUniform({ seed: 2 }),
      }),
    ],
  });
  // The weights stay, so that only the averages move.
  model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
  return model;
};
const { x, y } = data();
const gaps = async (model: tfl.LayersModel, steps: number) => {
  const monitor = watch(model, { quiet: true, activations: 1 });
  for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
  await monitor.stop();
  return monitor.records.map(({ layers }) => layers?.['norm']?.inferenceGap ?? Number.NaN);
};

describe('the gap between training and predict', () => {
  test('is the distance of what predict returns from what the step returned, over the norm of the latter', async () => {
    const model = normalised(0.9);
    const [gap] = await gaps(model, 1);
    const norm = model.getLayer('norm');
    const inside = model.getLayer('first').apply(x) as tf.Tensor;
    const trained = norm.apply(inside, { training: true }) as tf.Tensor;
    // The step above moved the averages once; this call again, so that they are set back.
    const [gamma, beta, mean, variance] = norm.getWeights() as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const undone = (now: tf.Tensor, batch: tf.Tensor) => tf.div(tf.sub(now, tf.mul(0.1, batch)), 0.9);
    const moments = tf.moments(inside, 0);
    norm.setWeights([gamma, beta, undone(mean, moments.mean), undone(variance, moments.variance)]);
    const predicted = norm.apply(inside, { training: false }) as tf.Tensor;
    const expected = tf.div(tf.norm(tf.sub(trained, predicted)), tf.norm(trained)).dataSync()[0];

    expect(gap).toBeCloseTo(expected ?? Number.NaN, 5);
    expect(gap).toBeGreaterThan(0.01);
  });

  test('closes with each step by the momentum, and leaves the averages to tfjs', async () => {
    const [watched, alone] = [normalised(0.5), normalised(0.5)];
    const found = await gaps(watched, 12);
    for (let step = 0; step < 12; step++) await alone.trainOnBatch(x, y);

    expect(found[0]).toBeGreaterThan(0.1);
    // What is left of 0 and 1 halves with each step, and so does the gap where it is small.
    expect((found[11] ?? Number.NaN) / (found[10] ?? Number.NaN)).toBeCloseTo(0.5, 2);
    const values = (model: tfl.LayersModel) =>
      model
        .getLayer('norm')
        .getWeights()
        .map((weight) => [...weight.dataSync()]);
    expect(values(watched)).toEqual(values(alone));
  });

  test('is told of batch normalisation alone, and leaves no tensor behind', async () => {
    const model = normalised(0.9);
    const monitor = watch(model, { quiet: true, activations: 1 });
    await model.trainOnBatch(x, y);
    const { numTensors } = tf.memory();
    for (let step = 0; step < 5; step++) await model.trainOnBatch(x, y);
    expect(tf.memory().numTensors).toBe(numTensors);
    await monitor.stop();

    const layers = Object.entries(monitor.records.at(-1)?.layers ?? {});
    expect(layers.filter(([, { inferenceGap }]) => inferenceGap !== undefined).map(([path]) => path)).toEqual(
      ['norm'],
    );
  });
});
