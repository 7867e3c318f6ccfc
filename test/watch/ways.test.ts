import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Monitor, watch } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { compiled, data, dataset } from './models.js';

const { x, y } = data();
const quiet = { quiet: true } as const;

describe('every way of training is seen', () => {
  test('fit: each batch is a record with its loss', async () => {
    const model = compiled();
    const monitor = watch(model, quiet);
    const history = await model.fit(x, y, { epochs: 2, batchSize: 32, verbose: 0 });
    expect(monitor.records.map(({ step }) => step)).toEqual([0, 1]);
    expect(monitor.records.map(({ loss }) => loss)).toEqual(history.history['loss']);
  });

  test('fitDataset', async () => {
    const model = compiled();
    const monitor = watch(model, quiet);
    await model.fitDataset(dataset(3, { x, y }) as never, { epochs: 2, verbose: 0 });
    expect(monitor.records.length).toBe(6);
    expect(monitor.records.every(({ loss }) => loss !== null)).toBe(true);
  });

  test('trainOnBatch', async () => {
    const model = compiled();
    const monitor = watch(model, quiet);
    const loss = await model.trainOnBatch(x, y);
    expect(monitor.records[0]?.loss).toBe(loss);
  });

  test('optimizer.minimize with and without a list of variables', () => {
    const weight = tf.variable(tf.tensor1d([3, 4]), true, 'minimized');
    const optimizer = tf.train.sgd(0.5);
    const monitor = watch(optimizer, quiet);
    const loss = () => tf.mul(0.5, tf.sum(tf.square(weight))) as tf.Scalar;
    optimizer.minimize(loss, false, [weight]);
    optimizer.minimize(loss, false, [weight]);
    const [first, second] = monitor.records;
    // L = w^2 / 2, so g = w = [3, 4] with norm 5, and a rate of 0.5 halves the weight: norm 2.5 is both change and rest.
    expect(first).toMatchObject({ loss: 12.5, learningRate: 0.5, globalNorm: 5 });
    expect(first?.variables['minimized']).toMatchObject({ weightNorm: 5, updateNorm: 2.5, updateRatio: 0.5 });
    expect(second).toMatchObject({ step: 1, globalNorm: 2.5 });
  });

  test('variableGrads and applyGradients: the loss is not known', () => {
    const weight = tf.variable(tf.tensor1d([3, 4]));
    const optimizer = tf.train.sgd(0.5);
    const monitor = watch(optimizer, quiet);
    const { grads } = tf.variableGrads(() => tf.sum(tf.square(weight)) as tf.Scalar, [weight]);
    optimizer.applyGradients(grads);
    // The gradient of w^2 is 2w = [6, 8].
    expect(monitor.records).toMatchObject([{ loss: null, globalNorm: 10 }]);
  });
});

describe('observe', () => {
  test('in a loop without an optimizer each call is a record, with the update since the call before', () => {
    const weight = tf.variable(tf.tensor1d([3, 4]), true, 'by_hand');
    const monitor = watch(tf.train.sgd(1), quiet);
    for (let step = 0; step < 2; step++) {
      const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(weight)) as tf.Scalar, [weight]);
      monitor.observe(grads, value);
      weight.assign(tf.sub(weight, tf.mul(0.25, grads[weight.name]!)));
    }
    // The update is 0.25 * [6, 8] = [1.5, 2], norm 2.5; the second gradient is 2 * [1.5, 2] = [3, 4].
    expect(monitor.records.map(({ loss, globalNorm }) => [loss, globalNorm])).toEqual([
      [25, 10],
      [6.25, 5],
    ]);
    expect(monitor.records.map(({ variables }) => variables['by_hand']?.updateNorm)).toEqual([0, 2.5]);
  });

  test('within a hooked step it takes the place of the gradients that the optimizer is given', () => {
    const weight = tf.variable(tf.tensor1d([3, 4]), true, 'accumulated');
    const optimizer = tf.train.sgd(0.5);
    const monitor = watch(optimizer, quiet);
    const { grads } = optimizer.computeGradients(() => tf.sum(tf.square(weight)) as tf.Scalar, [weight]);
    monitor.observe(grads);
    optimizer.applyGradients({ [weight.name]: tf.tensor1d([0, 1]) });
    expect(monitor.records.length).toBe(1);
    expect(monitor.records[0]).toMatchObject({ loss: 25, globalNorm: 10 });
    expect(monitor.records[0]?.variables['accumulated']?.updateNorm).toBe(0.5);
  });
});

describe('every kind of model is seen', () => {
  const train = async (
    model: tfl.LayersModel,
    xs: tf.Tensor | tf.Tensor[],
    ys: tf.Tensor | tf.Tensor[],
  ): Promise<Monitor> => {
    const monitor = watch(model, quiet);
    await model.trainOnBatch(xs, ys);
    return monitor;
  };
  const keysOf = (monitor: Monitor): string[] => Object.keys(monitor.records[0]!.variables);
  const recurrent = { recurrentInitializer: 'glorotUniform', returnSequences: true } as const;

  test('several outputs and a nested model: keys are paths', async () => {
    const input = tfl.input({ shape: [4] });
    const inner = tfl.sequential({
      name: 'encoder',
      layers: [tfl.layers.dense({ name: 'dense', units: 3, inputShape: [4] })],
    });
    const code = inner.apply(input) as tfl.SymbolicTensor;
    const outputs = ['left', 'right'].map(
      (name) => tfl.layers.dense({ name, units: 1 }).apply(code) as tfl.SymbolicTensor,
    );
    const model = tfl.model({ inputs: input, outputs });
    model.compile({ optimizer: 'sgd', loss: ['meanSquaredError', 'meanSquaredError'] });
    const monitor = await train(model, x, [y, y]);
    expect(keysOf(monitor)).toEqual([
      'encoder/dense/kernel',
      'encoder/dense/bias',
      'left/kernel',
      'left/bias',
      'right/kernel',
      'right/bias',
    ]);
    expect(
      monitor.run.model?.layers.map(({ path, depth, inbound, isOutput }) => [path, depth, inbound, isOutput]),
    ).toEqual([
      ['encoder/dense', 0, [], false],
      ['left', 1, ['encoder/dense'], true],
      ['right', 1, ['encoder/dense'], true],
    ]);
  });

  test('a shared layer is one layer with one gradient', async () => {
    const inputs = [tfl.input({ shape: [4] }), tfl.input({ shape: [4] })];
    const shared = tfl.layers.dense({ name: 'shared', units: 3, useBias: false });
    const both = tfl.layers
      .add({ name: 'sum' })
      .apply(inputs.map((input) => shared.apply(input) as tfl.SymbolicTensor));
    const output = tfl.layers
      .dense({ name: 'out', units: 1, useBias: false })
      .apply(both) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs, outputs: output });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    expect(keysOf(await train(model, [x, x], y))).toEqual(['shared/kernel', 'out/kernel']);
  });

  test('Bidirectional, TimeDistributed and stacked cells', async () => {
    const layers = [
      tfl.layers.bidirectional({
        name: 'both',
        inputShape: [4, 2],
        mergeMode: 'concat',
        layer: tfl.layers.gru({ name: 'gru', units: 2, ...recurrent }) as tfl.RNN,
      }),
      tfl.layers.timeDistributed({
        name: 'each',
        layer: tfl.layers.dense({ name: 'dense', units: 3, useBias: false }),
      }),
      tfl.layers.rnn({
        name: 'stack',
        cell: [
          tfl.layers.lstmCell({ units: 2, recurrentInitializer: 'zeros' }),
          tfl.layers.simpleRNNCell({ units: 1, recurrentInitializer: 'zeros' }),
        ],
      } as Parameters<typeof tfl.layers.rnn>[0]),
    ];
    const model = tfl.sequential({ layers });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const monitor = await train(model, tf.ones([3, 4, 2]), tf.ones([3, 1]));
    const weights = ['kernel', 'recurrent_kernel', 'bias'];
    expect(keysOf(monitor)).toEqual([
      ...weights.map((weight) => `both/forward_gru/${weight}`),
      ...weights.map((weight) => `both/backward_gru/${weight}`),
      'each/dense/kernel',
      ...weights.map((weight) => `stack/cell_0/${weight}`),
      ...weights.map((weight) => `stack/cell_1/${weight}`),
    ]);
    expect(monitor.run.model?.layers.map(({ depth }) => depth)).toEqual([0, 0, 1, 2, 3]);
  });

  test('keys do not depend on how many models were built before', async () => {
    const keys = async () => keysOf(await train(compiled(), x, y));
    expect(await keys()).toEqual(await keys());
  });

  test('a bare optimizer keys by variable name without its counter', () => {
    const make = () => tf.variable(tf.scalar(1), true, `kernel_${Math.random()}`);
    const variables = [make(), make()];
    const optimizer = tf.train.sgd(1);
    const monitor = watch(optimizer, quiet);
    optimizer.minimize(() => tf.add(variables[0]!, variables[1]!) as tf.Scalar, false, variables);
    expect(new Set(keysOf(monitor)).size).toBe(2);
    expect(monitor.run.model).toBeNull();
  });
});
