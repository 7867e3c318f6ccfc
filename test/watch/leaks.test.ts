import * as tf from '@tensorflow/tfjs-core';
import { clipByGlobalNorm, skipNonFinite, watch } from 'gradient-health';
import { afterAll, describe, expect, test } from 'vitest';
import { compiled, data, dataset } from './models.js';

/** Tensors and bytes that `steps` more steps add, after the first steps have created what stays. */
async function growth(steps: (count: number) => Promise<void>): Promise<{ tensors: number; bytes: number }> {
  await steps(5);
  const before = tf.memory();
  await steps(20);
  const after = tf.memory();
  return { tensors: after.numTensors - before.numTensors, bytes: after.numBytes - before.numBytes };
}

const options = {
  'only observing': {},
  clipping: { clip: clipByGlobalNorm(0.1) },
  'rejecting steps': { clip: skipNonFinite() },
};

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  afterAll(() => tf.setBackend('cpu'));

  describe.each(Object.entries(options))('%s', (_, option) => {
    const ways: Record<string, (model: ReturnType<typeof compiled>, count: number) => Promise<unknown>> = {
      fit: (model, count) => {
        const { x, y } = data();
        return model
          .fit(x, y, { epochs: count, batchSize: 32, verbose: 0 })
          .finally(() => tf.dispose([x, y]));
      },
      fitDataset: (model, count) => {
        const batch = data();
        return model
          .fitDataset(dataset(count, batch) as never, { epochs: 1, verbose: 0 })
          .finally(() => tf.dispose(batch));
      },
      trainOnBatch: async (model, count) => {
        const { x, y } = data();
        for (let step = 0; step < count; step++) await model.trainOnBatch(x, y);
        tf.dispose([x, y]);
      },
      minimize: async (model, count) => {
        const { x, y } = data();
        const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
        for (let step = 0; step < count; step++) {
          const loss = () =>
            tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar;
          model.optimizer.minimize(() => tf.tidy(loss), false, variables);
        }
        tf.dispose([x, y]);
      },
    };

    test.each(Object.keys(ways))('%s grows by no tensor and no byte', async (way) => {
      await tf.setBackend(backend);
      const model = compiled(tf.train.adam(0.01));
      const monitor = watch(model, { quiet: true, ...option });
      expect(await growth(async (count) => void (await ways[way]!(model, count)))).toEqual({
        tensors: 0,
        bytes: 0,
      });
      expect(monitor.records.length).toBe(25);
      await monitor.stop();
    });
  });

  test('watching and stopping leaves no tensor behind', async () => {
    await tf.setBackend(backend);
    const model = compiled('sgd');
    const { x, y } = data();
    await model.trainOnBatch(x, y);
    const before = tf.memory().numTensors;
    const monitor = watch(model, { quiet: true, clip: clipByGlobalNorm(1) });
    await model.trainOnBatch(x, y);
    await monitor.stop();
    expect(tf.memory().numTensors).toBe(before);
  });
});
