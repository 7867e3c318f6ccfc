import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { watch } from '../../src/watch/watch.js';

const compiled = (): tfl.Sequential => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
  return model;
};
const x = () =>
  tf.tensor2d([
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
  ]);
const y = () => tf.tensor2d([[10], [20], [30], [40]]);

describe.each(['cpu', 'wasm'])('the data of a run on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });
  afterEach(() => tf.disposeVariables());

  test('is described from the first batches of fit, all together', async () => {
    const model = compiled();
    const monitor = watch(model, { quiet: true });
    await model.fit(x(), y(), { batchSize: 1, epochs: 1, shuffle: false, verbose: 0 });
    const { data } = monitor.run;
    expect(data).toMatchObject({ input: { size: 8, min: 1, max: 8 }, target: { size: 4 }, batchSize: 1 });
    // Of 10, 20, 30 and 40: mean 25, variance (225 + 25 + 25 + 225) / 4 = 125.
    expect(data?.target?.mean).toBeCloseTo(25, 6);
    expect(data?.target?.std).toBeCloseTo(Math.sqrt(125), 6);
  });

  test('is known from the first step on, and by trainOnBatch', async () => {
    const model = compiled();
    const monitor = watch(model, { quiet: true });
    await model.trainOnBatch(x(), y());
    expect(monitor.run.data).toMatchObject({ input: { size: 8 }, batchSize: 4 });
  });

  test('is not mixed with that of validation', async () => {
    const model = compiled();
    const monitor = watch(model, { quiet: true });
    await model.fit(x(), y(), {
      batchSize: 4,
      epochs: 2,
      verbose: 0,
      validationData: [tf.mul(x(), 1000), tf.mul(y(), 1000)],
    });
    expect(monitor.run.data?.input.max).toBe(8);
  });

  test('is looked at for 32 batches and no more, without a trace or a leak', async () => {
    const model = compiled();
    const [inputs, targets] = [x(), y()];
    const monitor = watch(model, { quiet: true, activations: false });
    await model.trainOnBatch(inputs, targets);
    const before = tf.memory().numTensors;
    for (let step = 0; step < 60; step++) await model.trainOnBatch(inputs, targets);
    expect(monitor.run.data?.input.size).toBe(8 * 32);
    expect(tf.memory().numTensors).toBe(before);
    await monitor.stop();
    expect(Object.hasOwn((model as unknown as { model: object }).model, 'makeTrainFunction')).toBe(false);
  });

  test('tells the targets of later batches, twice in every doubling', async () => {
    const model = compiled();
    const [inputs, targets] = [x(), y()];
    const monitor = watch(model, { quiet: true, activations: false });
    const recent = () => monitor.run.data?.recentTarget;
    const train = async (steps: number, times: number) => {
      const scaled = tf.mul(targets, times);
      for (let step = 0; step < steps; step++) await model.trainOnBatch(inputs, scaled);
      scaled.dispose();
    };
    await train(48, 1);
    expect(recent()).toBeUndefined();
    // Steps 48 to 63, and 64 to 95.
    await train(16, 2);
    await train(31, 3);
    expect(recent()).toBeUndefined();
    await train(1, 3);
    expect(recent()).toMatchObject({ size: 4 * 32, min: 30, max: 120 });
    expect(recent()?.mean).toBeCloseTo(75, 6);
    const before = tf.memory().numTensors;
    // Its next window ends with step 127.
    await train(31, 4);
    expect(recent()?.max).toBe(120);
    await train(1, 4);
    expect(recent()).toMatchObject({ size: 4 * 32, min: 40, max: 160 });
    expect(tf.memory().numTensors).toBe(before);
    expect(monitor.run.data?.target?.max).toBe(40);
    await monitor.stop();
  });

  test('is enough of large targets within a batch', async () => {
    const model = compiled();
    const [inputs, targets] = [tf.ones([256, 2]), tf.ones([256, 1])];
    const monitor = watch(model, { quiet: true, activations: false });
    for (let step = 0; step <= 48; step++) await model.trainOnBatch(inputs, targets);
    expect(monitor.run.data?.recentTarget).toMatchObject({ size: 256, mean: 1 });
    await monitor.stop();
  });

  test('is told of a batch whose step is not finite before the finding is', async () => {
    const model = compiled();
    const told: string[] = [];
    const monitor = watch(model, { quiet: true, onFinding: ({ message }) => told.push(message) });
    const [inputs, targets] = [x(), y()];
    const broken = tf.tensor2d([
      [1, 2],
      [3, Number.NaN],
      [5, 6],
      [7, 8],
    ]);
    for (let step = 0; step < 50; step++) await model.trainOnBatch(step === 40 ? broken : inputs, targets);
    expect(told.find((message) => message.startsWith('The loss is NaN'))).toContain(
      'The input itself holds 1 NaN among the ',
    );
    // All later steps are broken too; three more are looked at.
    expect(monitor.run.data?.input).toMatchObject({ size: 8 * (32 + 4), nans: 1 });
    await monitor.stop();
  });

  test('keeps what it knows of later targets when a batch is examined', async () => {
    const model = compiled();
    const [inputs, targets] = [tf.ones([256, 2]), tf.ones([256, 1])];
    const monitor = watch(model, { quiet: true, activations: false });
    for (let step = 0; step <= 48; step++) await model.trainOnBatch(inputs, targets);
    await model.trainOnBatch(tf.fill([256, 2], Number.NaN), targets);
    expect(monitor.run.data).toMatchObject({ input: { nans: 512 }, recentTarget: { size: 256, mean: 1 } });
    await monitor.stop();
  });

  test('is told at once of a batch among the first ones, and that batch counts once', async () => {
    const model = compiled();
    const monitor = watch(model, { quiet: true });
    const broken = tf.tensor2d([[Number.NaN], [20], [30], [40]]);
    for (let step = 0; step < 3; step++) await model.trainOnBatch(x(), step === 2 ? broken : y());
    expect(monitor.run.data).toMatchObject({ input: { size: 24 }, target: { size: 12, nans: 1 } });
    await monitor.stop();
  });

  test('counts NaN and infinite elements', async () => {
    const model = compiled();
    const monitor = watch(model, { quiet: true });
    await model.trainOnBatch(
      tf.tensor2d([
        [1, Number.NaN],
        [Infinity, 1],
      ]),
      tf.tensor2d([[1], [2]]),
    );
    expect(monitor.run.data?.input).toMatchObject({ nans: 1, infs: 1, mean: 1 });
  });
});
