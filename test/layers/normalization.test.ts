import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { layers, register } from 'gradient-health';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences, type Golden } from './golden.js';

const golden: Golden = JSON.parse(readFileSync(new URL('../golden/layers.json', import.meta.url), 'utf8'));
const { groupNorm, instanceNorm, rmsNorm } = layers;

const values = (layer: tfl.layers.Layer, x: tf.Tensor): number[] =>
  Array.from((layer.apply(x) as tf.Tensor).dataSync());
const cases = golden.normalizations.map((row) => ({
  ...row,
  title: `${row.layer} ${JSON.stringify(row.options)} of [${row.shape}]`,
}));

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
  });

  test.each(cases)('$title has the outputs and gradients of $peer', (row) => {
    const x = tf.tensor(row.x, row.shape);
    const layer = layers[row.layer](row.options);
    layer.build(row.shape);
    const weights = [row.gamma, ...(row.beta ? [row.beta] : [])];
    layer.setWeights(
      weights.map((weight, index) => tf.tensor(weight, layer.weights[index]!.shape as number[])),
    );
    const variables = layer.weights.map((weight) => weight.read() as tf.Variable);
    const run = (input: tf.Tensor) =>
      tf.sum(tf.mul(layer.apply(input) as tf.Tensor, tf.tensor(row.dy, row.shape)));
    const { grads } = tf.variableGrads(() => run(x) as tf.Scalar, variables);
    // float32 sums of some ten terms, each good to 6e-8 of the largest.
    const close = (got: tf.Tensor, expected: number[]) =>
      expect(differences(got.dataSync(), expected, 5e-6)).toEqual([]);
    close(layer.apply(x) as tf.Tensor, row.y);
    close(tf.grad(run)(x), row.dx);
    close(grads[variables[0]!.name]!, row.dgamma);
    if (row.dbeta) close(grads[variables[1]!.name]!, row.dbeta);
  });

  test('gradients are right as far as outputs are, to values of 1e18', () => {
    // y is the same for c x, so the gradient in x is 1 / c of it.
    const x = tf.tensor2d([[1, -2, 3, 0.5]]);
    const dy = tf.tensor2d([[1, 0, -1, 2]]);
    for (const layer of [rmsNorm({ epsilon: 1e-12 }), groupNorm({ groups: 1, epsilon: 1e-12 })]) {
      const gradient = tf.grad((input) => tf.sum(tf.mul(layer.apply(input) as tf.Tensor, dy)));
      const expected = Array.from(gradient(x).dataSync());
      const scaled = gradient(tf.mul(x, 1e18))
        .dataSync()
        .map((value) => value * 1e18);
      expect(differences(scaled, expected, 1e-5)).toEqual([]);
    }
  });
});

describe('rmsNorm', () => {
  test('takes the mean over any axes but that of the batch', () => {
    const x = tf.randomNormal([2, 3, 4], 0, 1, 'float32', 1);
    const swapped = values(rmsNorm(), tf.transpose(x, [0, 2, 1]));
    const expected = Array.from(tf.transpose(tf.tensor(swapped, [2, 4, 3]), [0, 2, 1]).dataSync());
    expect(differences(values(rmsNorm({ axis: 1 }), x), expected, 1e-6)).toEqual([]);
    const flat = values(rmsNorm(), tf.reshape(x, [2, 12]));
    expect(differences(values(rmsNorm({ axis: [1, 2] }), x), flat, 1e-6)).toEqual([]);
  });

  test('leaves zeros, spreads NaN and Inf over their own sample only, and overflows to 0 as its peers do', () => {
    const x = tf.tensor2d([
      [0, 0],
      [Number.NaN, 1],
      [Infinity, 1],
      [1e20, 1e20],
    ]);
    expect(values(rmsNorm(), x)).toEqual([0, 0, Number.NaN, Number.NaN, Number.NaN, 0, 0, 0]);
  });

  test('without scale has no weights', () => {
    const layer = rmsNorm({ scale: false });
    layer.build([null, 4]);
    expect(layer.weights).toEqual([]);
  });
});

describe('groupNorm', () => {
  test('gives each group of each sample mean 0 and variance 1', () => {
    const x = tf.randomNormal([2, 5, 6], 3, 7, 'float32', 1);
    const y = tf.reshape(groupNorm({ groups: 3, epsilon: 1e-9 }).apply(x) as tf.Tensor, [2, 5, 3, 2]);
    const { mean, variance } = tf.moments(y, [1, 3]);
    expect(differences(mean.dataSync(), Array(6).fill(0), 1e-5)).toEqual([]);
    expect(differences(variance.dataSync(), Array(6).fill(1), 1e-5)).toEqual([]);
  });

  test('with -1 groups is instanceNorm', () => {
    const x = tf.randomNormal([2, 5, 6], 3, 7, 'float32', 1);
    expect(values(groupNorm({ groups: -1 }), x)).toEqual(values(instanceNorm(), x));
  });

  test('makes a constant group beta, with a gradient that is finite', () => {
    const layer = groupNorm({ groups: 1, betaInitializer: tfl.initializers.constant({ value: 3 }) });
    const x = tf.fill([1, 4], 5);
    expect(values(layer, x)).toEqual([3, 3, 3, 3]);
    const dx = tf
      .grad((input) => tf.sum(tf.square(layer.apply(input) as tf.Tensor)))(x)
      .dataSync();
    expect(Array.from(dx).every(Number.isFinite)).toBe(true);
  });

  test('does not depend on the batch, in training or after', () => {
    const x = tf.randomNormal([3, 4, 4], 0, 1, 'float32', 1);
    const layer = groupNorm({ groups: 2 });
    const all = values(layer, x);
    expect(values(layer, tf.slice(x, [1], [1]))).toEqual(all.slice(16, 32));
    const training = layer.apply(x, { training: true }) as tf.Tensor;
    expect(Array.from(training.dataSync())).toEqual(all);
  });

  test('takes inputs of open position sizes', () => {
    const model = tfl.sequential({ layers: [groupNorm({ groups: 2, inputShape: [null, 4] })] });
    for (const length of [3, 7]) {
      expect((model.predict(tf.ones([2, length, 4])) as tf.Tensor).shape).toEqual([2, length, 4]);
    }
  });
});

test('gamma and beta take initialisers and regularisers as those of tfjs do', () => {
  const layer = groupNorm({
    groups: 1,
    gammaInitializer: 'zeros',
    betaInitializer: tfl.initializers.constant({ value: 2 }),
    betaRegularizer: tfl.regularizers.l2({ l2: 0.5 }),
  });
  layer.build([null, 3]);
  expect(layer.getWeights().map((weight) => Array.from(weight.dataSync()))).toEqual([
    [0, 0, 0],
    [2, 2, 2],
  ]);
  // 0.5 x 3 x 2^2
  expect(layer.calculateLosses().map((loss) => loss.dataSync()[0])).toEqual([6]);
});

test.each(golden.kerasConfigs)(
  'Keras writes a $className that tfjs reads after register()',
  async ({ className, config }) => {
    register();
    const modelTopology = {
      class_name: 'Sequential',
      config: {
        name: 'of_keras',
        layers: [{ class_name: className, config: { ...config, batch_input_shape: [null, 3, 4] } }],
      },
    };
    const model = await tfl.models.modelFromJSON({ modelTopology });
    const { groups, axis, epsilon, center } = config;
    expect(model.layers[0]!.getConfig()).toMatchObject({
      axis,
      epsilon,
      ...(groups !== undefined && { groups, center }),
    });
    expect(model.layers[0]!.weights.map(({ originalName }) => originalName.split('/').at(-1))).toEqual(
      groups === undefined ? ['scale'] : center ? ['gamma', 'beta'] : ['gamma'],
    );
  },
);

describe('misuse throws, naming function, expectation, value and fix:', () => {
  const build = (layer: tfl.layers.Layer, shape: (number | null)[]) => () => layer.build(shape);
  test.each<[string, () => unknown, string]>([
    ['epsilon', () => rmsNorm({ epsilon: 0 }), 'rmsNorm: epsilon must be a positive finite number, got 0'],
    [
      'groups',
      () => groupNorm({ groups: 1.5 }),
      'groupNorm: groups must be a positive integer, or -1 for one a channel, got 1.5',
    ],
    [
      'groups that do not divide',
      build(groupNorm(), [null, 5, 6]),
      'groupNorm: groups must divide the 6 channels, got 32; take one of 1, 2, 3, 6',
    ],
    [
      'groups of one element',
      build(groupNorm({ groups: 6 }), [null, 6]),
      'groupNorm: expected groups of more than one element, whose variance is not 0, got shape [null, 6]; take layerNormalization, rmsNorm or fewer groups',
    ],
    [
      'instances without positions',
      build(instanceNorm(), [null, 6]),
      'instanceNorm: expected groups of more than one element, whose variance is not 0, got shape [null, 6]; take layerNormalization, rmsNorm or fewer groups',
    ],
    [
      'the axis of the batch',
      build(instanceNorm({ axis: 0 }), [null, 6, 2]),
      "instanceNorm: axis must be one of the input's, and not that of the batch, got 0 for shape [null, 6, 2]",
    ],
    [
      'an axis too far',
      build(rmsNorm({ axis: [1, 2] }), [null, 6]),
      "rmsNorm: axis must be one of the input's, and not that of the batch, got 2 for shape [null, 6]",
    ],
    [
      'an axis twice',
      build(rmsNorm({ axis: [1, -1] }), [null, 6]),
      'rmsNorm: axis must name one axis or several different ones, got [1, -1]',
    ],
    [
      'an axis of open size',
      build(rmsNorm(), [null, 6, null]),
      'rmsNorm: axis must have a known size, got -1 for shape [null, 6, null]; name it in inputShape',
    ],
  ])('%s', (_, misuse, message) => {
    expect(misuse).toThrow(new RangeError(message));
  });
});
