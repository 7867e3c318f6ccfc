import * as tf from '@tensorflow/tfjs-core';
import { watch } from 'gradient-health';
import { afterAll, describe, expect, test } from 'vitest';
import { compiled, data, optimizers, weightsOf } from './models.js';

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  afterAll(() => tf.setBackend('cpu'));

  test.each(Object.keys(optimizers))(
    '200 watched steps of %s leave the weights bit-identical',
    async (name) => {
      await tf.setBackend(backend);
      const { x, y } = data();
      const train = async (watched: boolean) => {
        const model = compiled(optimizers[name]!());
        const monitor = watched ? watch(model, { quiet: true, histograms: 1 }) : undefined;
        for (let step = 0; step < 200; step++) await model.trainOnBatch(x, y);
        expect(monitor?.records.length).toBe(watched ? 200 : undefined);
        await monitor?.stop();
        return weightsOf(model);
      };
      expect(await train(true)).toEqual(await train(false));
    },
  );

  test('a minimize loop with a constant set of variables is bit-identical too', async () => {
    await tf.setBackend(backend);
    const train = (watched: boolean) => {
      const weight = tf.variable(tf.tensor1d([1, -2, 3]));
      const optimizer = tf.train.momentum(0.01, 0.9);
      if (watched) watch(optimizer, { quiet: true });
      for (let step = 0; step < 200; step++) {
        optimizer.minimize(() => tf.sum(tf.pow(weight, 4)) as tf.Scalar, false, [weight]);
      }
      return weight.dataSync().slice();
    };
    expect(train(true)).toEqual(train(false));
  });
});
