import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { watch } from '../../src/index.js';

const twoLayers = () =>
  sequential({
    layers: [
      layers.dense({ units: 4, activation: 'relu', inputShape: [3], name: 'hidden' }),
      layers.dense({ units: 1, name: 'out' }),
    ],
  });

/** Trains by a loss through the output layer alone: what it reads was read back and made a tensor anew. */
async function trainCutOff(variables?: (model: ReturnType<typeof twoLayers>) => tf.Variable[]) {
  const model = twoLayers();
  const [hidden, out] = model.layers;
  const x = tf.ones([8, 3]);
  const optimizer = tf.train.sgd(0.01);
  const monitor = watch(model, { optimizer, quiet: true });
  const loss = (): tf.Scalar => {
    const features = hidden!.apply(x) as tf.Tensor;
    const cutOff = tf.tensor(Array.from(features.dataSync()), features.shape);
    return tf.mean(tf.square(out!.apply(cutOff) as tf.Tensor)) as tf.Scalar;
  };
  optimizer.minimize(loss, false, variables?.(model));
  const before = tf.memory().numTensors;
  for (let step = 1; step < 5; step++) optimizer.minimize(loss, false, variables?.(model));
  expect(tf.memory().numTensors).toBe(before);
  await monitor.stop();
  const gradients = monitor.records.map((record) =>
    Object.fromEntries(Object.entries(record.variables).map(([key, { gradient }]) => [key, gradient])),
  );
  const { findings } = monitor.report();
  model.dispose();
  x.dispose();
  return { gradients, findings };
}

test('weights that the loss of a loop of your own does not reach are in its records, and are told', async () => {
  const { gradients, findings } = await trainCutOff();
  expect(gradients).toHaveLength(5);
  for (const found of gradients) {
    expect(found).toMatchObject({ 'hidden/kernel': null, 'hidden/bias': null, 'out/kernel': { size: 4 } });
  }
  expect(findings).toMatchObject([{ rule: 'disconnected-weights', where: 'hidden' }]);
});

test('weights that such a loop leaves out by its list are not', async () => {
  const { gradients, findings } = await trainCutOff((model) =>
    model.layers[1]!.trainableWeights.map((weight) => weight.read() as tf.Variable),
  );
  expect(Object.keys(gradients[0] ?? {}).sort()).toEqual(['out/bias', 'out/kernel']);
  expect(findings).toEqual([]);
});
