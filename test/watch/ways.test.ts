import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Monitor, type StepRecord, watch } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { compiled, data, dataset, mlp } from './models.js';

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

describe('the life of a model', () => {
  test('a model that is compiled later, and again, is followed', async () => {
    const model = mlp();
    const monitor = watch(model, quiet);
    expect(monitor.report().verdict).toContain('not compiled');
    const first = tf.train.sgd(0.1);
    model.compile({ optimizer: first, loss: 'meanSquaredError' });
    expect(monitor.report().verdict).toContain('has not taken a step');
    await model.trainOnBatch(x, y);
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    await model.trainOnBatch(x, y);
    expect(monitor.records.map(({ learningRate }) => learningRate)).toEqual([0.1, 0.001]);
    expect(monitor.run.model?.optimizer.className).toBe('Adam');
    expect(Object.hasOwn(first, 'applyGradients')).toBe(false);
  });

  test('the facts of a compiled model are there before its first step', () => {
    const model = mlp();
    const monitor = watch(model, quiet);
    expect(monitor.run.model).toBeNull();
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    expect(monitor.run.model?.layers.map(({ path }) => path)).toEqual(['first', 'last']);
    expect(monitor.run.backend?.name).toBe('cpu');
  });

  test('an optimizer assigned to model.optimizer is followed', async () => {
    const model = compiled();
    const monitor = watch(model, quiet);
    model.optimizer = tf.train.sgd(0.25);
    await model.trainOnBatch(x, y);
    expect(monitor.records[0]?.learningRate).toBe(0.25);
  });

  test('stop gives model and optimizer their own methods back, and records stay', async () => {
    const model = compiled();
    const { optimizer } = model;
    const monitor = watch(model, quiet);
    await model.trainOnBatch(x, y);
    await monitor.stop();
    await monitor.stop();
    for (const name of ['computeGradients', 'applyGradients'])
      expect(Object.hasOwn(optimizer, name)).toBe(false);
    for (const name of ['compile', 'optimizer']) expect(Object.hasOwn(model, name)).toBe(false);
    expect(
      Reflect.ownKeys(optimizer)
        .concat(Reflect.ownKeys(model))
        .filter((key) => typeof key === 'symbol'),
    ).toEqual([]);
    await model.trainOnBatch(x, y);
    expect(monitor.records.length).toBe(1);
    watch(model, quiet);
  });

  test('disposing a watched model leaves its records and lets stop finish', async () => {
    const model = compiled();
    const monitor = watch(model, quiet);
    await model.trainOnBatch(x, y);
    model.dispose();
    expect(monitor.report().run.steps.length).toBe(1);
    await monitor.stop();
  });

  test('a step whose gradients are all null, and an empty map, are records with norm 0', () => {
    const weight = tf.variable(tf.tensor1d([3, 4]), true, 'untouched');
    const optimizer = tf.train.adam(0.1);
    const monitor = watch(optimizer, quiet);
    optimizer.applyGradients([{ name: weight.name, tensor: null as unknown as tf.Tensor }]);
    optimizer.applyGradients({});
    expect(monitor.records).toMatchObject([
      {
        globalNorm: 0,
        variables: { untouched: { gradient: null, weightNorm: 5, updateNorm: 0, updateRatio: 0 } },
      },
      { globalNorm: 0, variables: {} },
    ]);
  });
});

describe('options', () => {
  const run = async (options: Parameters<typeof watch>[1], steps = 20): Promise<Monitor> => {
    const model = compiled();
    const monitor = watch(model, { ...quiet, ...options });
    for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
    return monitor;
  };
  const steps = (records: readonly StepRecord[]) => records.map(({ step }) => step);

  test('every and histograms take a number or a function of the step', async () => {
    const monitor = await run({ every: 4, histograms: (step) => step === 8 });
    expect(steps(monitor.records)).toEqual([0, 4, 8, 12, 16]);
    const withHistogram = monitor.records.filter(
      ({ variables }) => variables['first/kernel']?.gradient?.histogram,
    );
    expect(steps(withHistogram)).toEqual([8]);
    const none = await run({ every: () => false });
    expect(none.report().verdict).toContain('20 steps were taken, but the option "every" chose none');
  });

  test('history keeps the first ten records and the latest', async () => {
    const monitor = await run({ history: 12 });
    expect(steps(monitor.records)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 18, 19]);
    expect(steps((await run({ history: 1 })).records)).toEqual([19]);
  });

  test('onStep sees each record once, and what it throws becomes a finding', async () => {
    const seen: number[] = [];
    const monitor = await run({
      onStep({ step }) {
        seen.push(step);
        throw new Error('boom');
      },
    });
    expect(seen).toEqual(steps(monitor.records));
    expect(monitor.findings).toMatchObject([
      { rule: 'callback-failed', firstStep: 0, message: expect.stringContaining('boom') },
    ]);
  });

  test('stopOn error ends fit when an error is found', async () => {
    const model = compiled(tf.train.sgd(1e30));
    const rules = [
      {
        id: 'lost',
        check: ({ steps }: { steps: readonly StepRecord[] }) =>
          steps.length < 2
            ? []
            : [
                {
                  rule: 'lost',
                  severity: 'error' as const,
                  where: 'model',
                  firstStep: 1,
                  lastStep: 1,
                  evidence: {},
                  message: '',
                  remedies: [],
                },
              ],
      },
    ];
    const monitor = watch(model, { ...quiet, rules, stopOn: 'error' });
    await model.fit(x, y, { epochs: 9, batchSize: 32, verbose: 0 });
    expect(monitor.records.length).toBe(2);
  });

  test('each finding is printed once, unless quiet', async () => {
    const printed: unknown[] = [];
    const { warn } = console;
    console.warn = (text: unknown) => void printed.push(text);
    const rules = [
      {
        id: 'always',
        check: () => [
          {
            rule: 'always',
            severity: 'info' as const,
            where: 'model',
            firstStep: 0,
            lastStep: 0,
            evidence: {},
            message: 'As ever.',
            remedies: [],
          },
        ],
      },
    ];
    await run({ rules, quiet: false });
    expect(printed).toEqual([expect.stringContaining('As ever.')]);
    await run({ rules, quiet: true });
    expect(printed.length).toBe(1);
    console.warn = warn;
  });
});
