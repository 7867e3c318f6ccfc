import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clipByGlobalNorm } from '../../src/index.js';
import { watch } from '../../src/watch/watch.js';

const SAMPLES = 32;

const compiled = (rate = 0.01, activation: 'relu' | 'linear' = 'relu'): tfl.Sequential => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ name: 'hidden', units: 4, activation, inputShape: [3] }),
      tfl.layers.batchNormalization({ name: 'norm' }),
      tfl.layers.dense({ name: 'out', units: 1 }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(rate), loss: 'meanSquaredError' });
  return model;
};
const batch = (step: number) => tf.randomNormal([SAMPLES, 3], 0, 1, 'float32', step + 1);
const targets = () => tf.ones([SAMPLES, 1]);
/** The same numbers with one of them replaced. */
function planted(x: tf.Tensor, sample: number, value: number): tf.Tensor {
  const values = x.dataSync().slice();
  values[sample * 3 + 1] = value;
  return tf.tensor(values, x.shape);
}
const valuesOf = (model: tfl.LayersModel) =>
  model.getWeights().map((weight) => Array.from(weight.dataSync()));

describe.each(['cpu', 'wasm'])('the autopsy on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });
  afterEach(() => tf.disposeVariables());

  test('names layer, tensor, sample and step of an Inf in sample 17 of batch 300, and gives the weights back', async () => {
    const model = compiled();
    const monitor = watch(model, { quiet: true, autopsy: true });
    const y = targets();
    let before: number[][] = [];
    for (let step = 0; step < 303; step++) {
      if (step === 300) before = valuesOf(model);
      const x = batch(step);
      await model.trainOnBatch(step === 300 ? planted(x, 17, Infinity) : x, y);
    }
    const { findings } = monitor.report();

    expect(findings.find(({ rule }) => rule === 'autopsy')).toMatchObject({
      where: 'hidden',
      firstStep: 300,
      evidence: { step: 300, sample: 17, restorableStep: 300 },
      message:
        'Step 300 is the first that is not finite: the input of hidden holds Infinity for sample 17 of its batch, the first in ' +
        'the order of computation. The weights of before step 300 are the last sound ones; monitor.restore() puts them back.',
    });
    expect(findings.find(({ rule }) => rule === 'non-finite')).toMatchObject({ firstStep: 300 });
    expect(valuesOf(model).flat().every(Number.isFinite)).toBe(false);
    expect(monitor.restore()).toBe(300);
    expect(valuesOf(model)).toEqual(before);
  });

  test('works with fit, which hands on weights of samples beside inputs and targets', async () => {
    const model = compiled();
    const monitor = watch(model, { quiet: true, autopsy: true });
    const x = planted(batch(0), 17, Infinity);
    await model.fit(x, targets(), { epochs: 1, batchSize: 16, shuffle: false, verbose: 0 });
    const { findings } = monitor.report();
    expect(findings.find(({ rule }) => rule === 'autopsy')).toMatchObject({
      where: 'hidden',
      evidence: { step: 1, sample: 1, restorableStep: 1 }, // 17 - 16
    });
    expect(findings.filter(({ rule }) => rule === 'watch-failed')).toEqual([]);
  });

  test('names a target, an overflowing output and an overflowing loss', async () => {
    const last = async (model: tfl.LayersModel, x: tf.Tensor, y: tf.Tensor) => {
      const monitor = watch(model, { quiet: true, autopsy: true });
      await model.trainOnBatch(x, y);
      return monitor.report().findings.find(({ rule }) => rule === 'autopsy');
    };
    const x = tf.ones([SAMPLES, 3]);
    const y = tf.tensor2d(Array.from({ length: SAMPLES }, (_, i) => [i === 5 ? Number.NaN : 1]));
    expect(await last(compiled(), x, y)).toMatchObject({
      where: 'out',
      evidence: { sample: 5 },
      message: expect.stringContaining('the target of out holds NaN'),
    });

    const line = tfl.sequential({ layers: [tfl.layers.dense({ name: 'line', units: 1, inputShape: [3] })] });
    line.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    line.setWeights([tf.fill([3, 1], 1e30), tf.zeros([1])]);
    expect(await last(line, planted(x, 3, 1e20), targets())).toMatchObject({
      where: 'line',
      evidence: { sample: 3 },
      message: expect.stringContaining('the output of line holds Infinity'),
    });

    const square = tfl.sequential({
      layers: [tfl.layers.dense({ name: 'line', units: 1, inputShape: [3] })],
    });
    square.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    // The square of 1e25 is more than a float32 holds, for every sample: the first of them is named.
    square.setWeights([tf.fill([3, 1], 1e25), tf.zeros([1])]);
    expect(await last(square, x, targets())).toMatchObject({
      where: 'line',
      evidence: { sample: 0 },
      message: expect.stringContaining('the loss of line holds Infinity'),
    });
  });

  test('says so where weights were not finite before, and where nothing is wrong', async () => {
    const model = compiled();
    const monitor = watch(model, { quiet: true, autopsy: true });
    await model.trainOnBatch(batch(0), targets());
    expect(monitor.findings.filter(({ rule }) => rule === 'autopsy')).toEqual([]);
    const broken = model
      .getWeights()
      .map((weight, i) => (i === 0 ? tf.fill(weight.shape, Number.NaN) : weight));
    model.setWeights(broken);
    await model.trainOnBatch(batch(1), targets());

    expect(monitor.findings.find(({ rule }) => rule === 'autopsy')).toMatchObject({
      where: 'hidden/kernel',
      firstStep: 1,
      evidence: { restorableStep: 0 },
      message: expect.stringContaining('hidden/kernel was so before it began'),
    });
  });

  test('changes no weight, keeps no more than one set of them, and lets go of it', async () => {
    const train = async (autopsy: boolean) => {
      const model = compiled();
      model.setWeights(model.getWeights().map(({ shape }, i) => tf.fill(shape, 0.1 * (i + 1))));
      const [x, y] = [batch(0), targets()];
      const monitor = watch(model, { quiet: true, autopsy, activations: false });
      await model.trainOnBatch(x, y);
      const started = tf.memory().numTensors;
      for (let step = 0; step < 10; step++) await model.trainOnBatch(x, y);
      const grown = tf.memory().numTensors - started;
      const held = tf.memory().numTensors;
      await monitor.stop();
      return { weights: valuesOf(model), grown, released: held - tf.memory().numTensors };
    };
    const [examined, plain] = [await train(true), await train(false)];
    expect(examined.weights).toEqual(plain.weights);
    expect(examined.grown).toBe(0);
    // Four weights of two dense layers and four of the normalisation.
    expect(examined.released - plain.released).toBe(8);
  });

  test('names the sample of a loss that is one number for the whole batch', async () => {
    const line = tfl.sequential({ layers: [tfl.layers.dense({ name: 'line', units: 1, inputShape: [3] })] });
    const ofLog = (y: tf.Tensor, p: tf.Tensor) => tf.mean(tf.square(tf.sub(tf.log(p), y)));
    line.compile({ optimizer: tf.train.sgd(0.1), loss: ofLog });
    line.setWeights([tf.ones([3, 1]), tf.zeros([1])]);
    const monitor = watch(line, { quiet: true, autopsy: true });
    await line.trainOnBatch(planted(tf.ones([SAMPLES, 3]), 5, -9), targets());
    expect(monitor.findings.find(({ rule }) => rule === 'autopsy')).toMatchObject({
      evidence: { sample: 5 },
      message: expect.stringContaining('the loss of line holds NaN for sample 5'),
    });
  });

  test('gives back weights of a usual loss, not the last finite ones of a training that diverges', async () => {
    const line = tfl.sequential({ layers: [tfl.layers.dense({ name: 'line', units: 1, inputShape: [3] })] });
    line.compile({ optimizer: tf.train.sgd(10), loss: 'meanSquaredError' });
    line.setWeights([tf.ones([3, 1]), tf.zeros([1])]);
    const before = valuesOf(line);
    const monitor = watch(line, { quiet: true, autopsy: true, stopOn: 'error' });
    await line.fit(tf.ones([SAMPLES, 3]), tf.zeros([SAMPLES, 1]), { epochs: 100, verbose: 0 });
    const { length } = monitor.records;
    expect(monitor.records.at(-1)?.loss).toBeGreaterThan(1e6);
    expect(length).toBeLessThan(100);
    expect(monitor.restore()).toBe(0);
    expect(valuesOf(line)).toEqual(before);
  });

  test('gives each weight its own value back, whatever was frozen since', async () => {
    const layer = (name: string) => tfl.layers.dense({ units: 2, inputShape: [2], name, useBias: false });
    const model = tfl.sequential({ layers: [layer('a'), layer('b')] });
    const compile = () => model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    compile();
    const monitor = watch(model, { quiet: true, autopsy: true });
    model.setWeights([tf.fill([2, 2], 1), tf.fill([2, 2], 2)]);
    await model.trainOnBatch(tf.ones([4, 2]), tf.ones([4, 2]));
    // tfjs lists what is trained first.
    model.layers[0]!.trainable = false;
    compile();
    monitor.restore();
    expect(model.layers.map((each) => each.getWeights()[0]!.dataSync()[0])).toEqual([1, 2]);
    await monitor.stop();
  });

  test('goes on after a step that a clip has rejected', async () => {
    const model = compiled(0.01, 'linear');
    const monitor = watch(model, { quiet: true, autopsy: true, clip: clipByGlobalNorm(1) });
    const [x, y] = [batch(0), targets()];
    for (let step = 0; step < 9; step++)
      await model.trainOnBatch(step === 3 ? planted(x, 5, Number.NaN) : x, y);
    model.layers[0]!.setWeights([tf.fill([3, 4], Number.NaN), tf.zeros([4])]);
    await model.trainOnBatch(x, y);
    expect(monitor.restore()).toBe(8);
    await monitor.stop();
  });

  test('asks the loss of each output', async () => {
    const x = tfl.input({ shape: [2] });
    const outputs = ['one', 'two'].map(
      (name) => tfl.layers.dense({ units: 1, name }).apply(x) as tfl.SymbolicTensor,
    );
    const model = tfl.model({ inputs: x, outputs });
    const sick = (_: tf.Tensor, p: tf.Tensor) => tf.log(tf.sub(tf.mul(p, 0), 1));
    model.compile({ optimizer: 'sgd', loss: ['meanSquaredError', sick] as never });
    const monitor = watch(model, { quiet: true, autopsy: true });
    await model.trainOnBatch(tf.ones([4, 2]), [tf.ones([4, 1]), tf.ones([4, 1])]);
    expect(monitor.findings.find(({ rule }) => rule === 'autopsy')).toMatchObject({
      where: 'two',
      message: expect.stringContaining('the loss of two holds NaN for sample 0'),
    });
    await monitor.stop();
  });

  test('is off by default: nothing to restore', async () => {
    const model = compiled();
    const monitor = watch(model, { quiet: true });
    await model.trainOnBatch(batch(0), targets());
    expect(monitor.restore()).toBeNull();
  });
});
