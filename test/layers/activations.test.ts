import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { layers } from 'gradient-health';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelFacts } from '../../src/layout/facts.js';
import { type ActivationLayer, differences, type Golden } from './golden.js';
import { activationRows } from './layer-table.js';

const golden: Golden = JSON.parse(readFileSync(new URL('../golden/layers.json', import.meta.url), 'utf8'));
const xs = golden.x.map(Number);
const titled = golden.activations.map((row) => ({
  ...row,
  title: `${row.layer} ${JSON.stringify(row.options)}`,
}));

/** float32 holds 6e-8; an exponential is good to some units of that, and tfjs takes exp(x) - 1 near 0. */
const tolerance = 5e-7;

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
  });

  describe.each(titled)('$title', ({ layer: name, options, value, slope, keras }) => {
    const layer = layers[name](options);
    const run = (x: tf.Tensor) => layer.apply(x) as tf.Tensor;
    const slopesAt = (x: tf.Tensor) => Array.from(tf.grad(run)(x).dataSync());
    // At NaN ours is always NaN; hardSwish has its limit at minus infinity, 0, where the others have NaN.
    const compared = xs.flatMap((x, index) =>
      Number.isNaN(x) || (name === 'hardSwish' && x === -Infinity) ? [] : [index],
    );
    const pick = <T>(values: ArrayLike<T>): T[] => compared.map((index) => values[index]!);

    test('has the values of PyTorch and Keras, at kinks, beside them, and at infinities', () => {
      const got = pick(run(tf.tensor1d(xs)).dataSync());
      expect(differences(got, pick(value), tolerance)).toEqual([]);
      expect(differences(got, pick(keras), tolerance)).toEqual([]);
    });

    test('has the slopes of PyTorch, at kinks, beside them, and at infinities', () => {
      const got = pick(slopesAt(tf.tensor1d(xs)));
      expect(differences(got, pick(slope), tolerance)).toEqual([]);
    });

    test('leaves NaN as it is', () => {
      expect(run(tf.tensor1d([Number.NaN, 1])).dataSync()[0]).toBeNaN();
    });

    test('neither overflows nor turns into NaN, for any finite input', () => {
      const x = tf.tensor1d([-3.4e38, -1e20, -1e4, -1e-38, 0, 1e-38, 1e4, 1e20, 3.4e38]);
      expect(Array.from(run(x).dataSync()).every(Number.isFinite)).toBe(true);
      expect(slopesAt(x).every(Number.isFinite)).toBe(true);
    });

    test('gives any rank its own shape', () => {
      expect(run(tf.zeros([2, 3, 4])).shape).toEqual([2, 3, 4]);
      expect(run(tf.zeros([0, 3])).shape).toEqual([0, 3]);
    });
  });

  test.each<ActivationLayer>(['celu', 'elu', 'hardTanh', 'hardSigmoid', 'hardSwish', 'softshrink'])(
    '%s passes a NaN gradient at NaN',
    (name) => {
      const layer = name === 'celu' || name === 'elu' ? layers[name]({ alpha: 2 }) : layers[name]();
      const dx = tf.grad((x) => layer.apply(x) as tf.Tensor)(tf.tensor1d([Number.NaN, 0.7]));
      expect(Array.from(dx.dataSync(), Number.isNaN)).toEqual([true, false]);
    },
  );
});

test('hardSwish goes to 0 at minus infinity', () => {
  const y = layers.hardSwish().apply(tf.tensor1d([-Infinity])) as tf.Tensor;
  expect(Math.abs(y.dataSync()[0]!)).toBe(0);
});

test("tfjs's own hardSigmoid is another one", () => {
  const x = tf.tensor1d([2.75]);
  const ofTfjs = tfl.layers.activation({ activation: 'hardSigmoid' }).apply(x) as tf.Tensor;
  const ours = layers.hardSigmoid().apply(x) as tf.Tensor;
  expect(ofTfjs.dataSync()[0]).toBe(1);
  // 2.75 / 6 + 0.5
  expect(ours.dataSync()[0]).toBeCloseTo(0.958333, 6);
});

describe('names', () => {
  test('are those of tfjs, without the prefix of the class', () => {
    expect(layers.hardTanh().name).toMatch(/^hard_tanh_HardTanh\d+$/);
    expect(layers.hardTanh().name).not.toBe(layers.hardTanh().name);
    expect(layers.hardTanh({ name: 'mine' }).name).toBe('mine');
  });
});

test('records name the activation that a layer is', () => {
  const named = activationRows.map(({ make }) => {
    const model = tfl.sequential({ layers: [make({ inputShape: [4] }), tfl.layers.dense({ units: 1 })] });
    return modelFacts(model).layers[0]?.activation;
  });
  expect(named).toEqual(
    activationRows.map(({ title, className }) => {
      if (className === 'ELU') return 'elu';
      return className === 'Activation' ? 'swish' : title.split(' ')[0];
    }),
  );
});

describe('misuse throws, naming function, expectation and value:', () => {
  test.each<[string, () => unknown, string]>([
    [
      'slope',
      () => layers.leakyRelu({ slope: Number.NaN }),
      'leakyRelu: slope must be a finite number, got NaN',
    ],
    ['alpha of elu', () => layers.elu({ alpha: -1 }), 'elu: alpha must be a positive finite number, got -1'],
    ['alpha of celu', () => layers.celu({ alpha: 0 }), 'celu: alpha must be a positive finite number, got 0'],
    [
      'lambda',
      () => layers.softshrink({ lambda: -0.5 }),
      'softshrink: lambda must be 0 or a positive finite number, got -0.5',
    ],
    [
      'two inputs',
      () => layers.hardTanh({ name: 'cut' }).apply([tf.zeros([1]), tf.zeros([1])]),
      'cut: expected one input, got 2; merge them by a layer before it',
    ],
  ])('%s', (_, misuse, message) => {
    expect(misuse).toThrow(new RangeError(message));
  });
});
