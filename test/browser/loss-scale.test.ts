import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { type LossScaleOptions, type StepRecord, watch } from 'gradient-health';
import { beforeAll, describe, expect, test } from 'vitest';
import { deepSigmoids } from './deep-sigmoids.js';

beforeAll(async () => {
  tf.env().set('WEBGL_FORCE_F16_TEXTURES', true);
  await tf.setBackend('webgl');
});

/** Ten sigmoid layers of 16 units and a last one, on points whose class is the sign of their first coordinate. */
async function train(lossScale: LossScaleOptions | undefined, steps: number) {
  const model = deepSigmoids(tf.train.momentum(0.1, 0.9), 'sigmoid');
  const monitor = watch(model, { quiet: true, histograms: 1, ...(lossScale && { lossScale }) });
  const x = tf.randomNormal([64, 16], 0, 1, 'float32', 5);
  const y = tf.tidy(() => tf.cast(tf.greater(tf.slice(x, [0, 0], [64, 1]), 0), 'float32'));
  for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
  await monitor.stop();
  const [predicted, right] = await Promise.all([(model.predict(x) as tf.Tensor).data(), y.data()]);
  const hits = [...right].filter((label, row) => Number(Number(predicted[row]) > 0.5) === label).length;
  return { records: monitor.records, accuracy: hits / right.length };
}

const zeroShare = ({ variables }: StepRecord): number => {
  const { zeros, size } = variables['d0/kernel']!.gradient!;
  return zeros / size;
};

describe('a scaled loss on 16-bit textures', () => {
  test('brings the gradient of the first of eleven layers back', async () => {
    const plain = await train(undefined, 20);
    const scaled = await train({}, 20);
    const taken = scaled.records.filter(({ lossScale }) => lossScale?.fits);
    const [without, within] = [zeroShare(plain.records[0]!), zeroShare(taken[0]!)];
    console.log(
      `zeros in the first gradient: ${without} without, ${within} with a scale of ${taken[0]!.lossScale!.scale}; ` +
        `accuracy after 20 steps: ${plain.accuracy} without, ${scaled.accuracy} with; ${taken.length} steps of 20 taken`,
    );
    expect(without).toBeGreaterThanOrEqual(0.5);
    expect(within).toBeLessThanOrEqual(0.01);
    // Of the losses, which are unscaled, the first is that of the same weights.
    expect(scaled.records[0]!.loss).toBe(plain.records[0]!.loss);
    for (const layer of ['d9', 'out']) {
      const [norm, other] = [plain.records[0]!, taken[0]!].map(
        ({ variables }) => variables[`${layer}/kernel`]!.gradient!.norm,
      );
      // Roundings of 2^-11 in either.
      expect(Math.abs(norm! - other!)).toBeLessThan(2 ** -8 * norm!);
    }
    expect(taken.length).toBeGreaterThanOrEqual(15);
  });

  test('falls until the gradients fit, and rejects the steps before', async () => {
    const weight = tf.variable(tf.ones([20, 20]), true, 'weight');
    const optimizer = tf.train.sgd(2 ** -6);
    const monitor = watch(optimizer, { quiet: true, lossScale: {} });
    // 16 * 32768 and 16 * 4096 are beyond 65504; 16 * 2048 is not.
    const step = () => optimizer.minimize(() => tf.mul(tf.sum(weight), 16) as tf.Scalar, false, [weight]);
    for (let i = 0; i < 5; i++) step();
    await monitor.stop();
    expect(monitor.records.map(({ lossScale }) => lossScale)).toEqual(
      [15, 14, 13, 12, 11].map((power) => ({ scale: 2 ** power, fits: power === 11 })),
    );
    // One step of 16 / 64.
    expect(new Set(await weight.data())).toEqual(new Set([0.75]));
  });
});
