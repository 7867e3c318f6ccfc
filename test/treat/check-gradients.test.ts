import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkGradients } from '../../src/treat/check-gradients.js';

interface GoldenCase {
  readonly name: string;
  readonly value: number;
  readonly inputs: { shape: number[]; values: number[] }[];
  readonly gradients: number[][];
}

const golden: { cases: GoldenCase[] } = JSON.parse(
  readFileSync(new URL('../golden/gradients.json', import.meta.url), 'utf8'),
);

const functions: Record<string, (...inputs: tf.Tensor[]) => tf.Tensor> = {
  dense(x, w, b, v) {
    const labels = tf.oneHot(tf.tensor1d([0, 2, 1, 2, 0], 'int32'), 3);
    const logits = tf.matMul(tf.tanh(tf.add(tf.matMul(x!, w!), b!)), v!);
    return tf.losses.softmaxCrossEntropy(labels, logits);
  },
  lstm(x, w, u) {
    const [batch = 0, steps = 0, features = 0] = x!.shape;
    let h: tf.Tensor = tf.zeros([batch, u!.shape[0]!]);
    let c = h;
    for (let t = 0; t < steps; t++) {
      const xt = tf.reshape(tf.slice(x!, [0, t, 0], [batch, 1, features]), [batch, features]);
      const [i, f, g, o] = tf.split(tf.add(tf.matMul(xt, w!), tf.matMul(h, u!)), 4, 1);
      c = tf.add(tf.mul(tf.sigmoid(f!), c), tf.mul(tf.sigmoid(i!), tf.tanh(g!)));
      h = tf.mul(tf.sigmoid(o!), tf.tanh(c));
    }
    return tf.mean(tf.square(h));
  },
  conv(x, k) {
    const y = tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, 'same');
    return tf.mean(tf.square(tf.tanh(y)));
  },
  mirrorPad: (x) => tf.sum(tf.square(tf.mirrorPad(x!, [[1, 1]], 'reflect'))),
};

/** The function x^2 whose gradient is scaled. */
const scaledSquare = (scale: number) =>
  tf.customGrad((x) => ({
    value: tf.square(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.mul(2 * scale, x as tf.Tensor)),
  }));

beforeEach(async () => {
  await tf.setBackend('cpu');
  tf.engine().startScope();
});

afterEach(() => tf.engine().endScope());

describe.each(golden.cases)(
  'checkGradients on $name against PyTorch',
  ({ name, value, inputs, gradients }) => {
    const rms = (xs: number[]) => Math.sqrt(xs.reduce((sum, x) => sum + x * x, 0) / xs.length);
    const tensors = () => inputs.map((input) => tf.tensor(input.values, input.shape));

    test('measures the gradient that PyTorch computes in float64', async () => {
      const check = await checkGradients(functions[name]!, tensors());
      expect(check.value).toBeCloseTo(value, 5);
      for (const [i, { elements }] of check.inputs.entries()) {
        const expected = gradients[i]!;
        expect(elements.length).toBe(Math.min(100, expected.length));
        const strides = tf.util.computeStrides(inputs[i]!.shape);
        for (const { index, numeric, verdict } of elements) {
          if (verdict === 'unresolved') continue;
          const at = tf.util.locToIndex([...index], index.length, strides);
          // Float32 differences: 1 % of the element, as promised by the default tolerance, but of no less than 1 % of all.
          const slack = 0.01 * Math.max(Math.abs(expected[at]!), 0.01 * rms(expected));
          expect(Math.abs(numeric - expected[at]!)).toBeLessThan(slack);
        }
      }
    });

    const tfjsIsWrong = name === 'mirrorPad';
    test(tfjsIsWrong ? 'catches the wrong gradient of tfjs' : 'passes the gradient of tfjs', async () => {
      const check = await checkGradients(functions[name]!, tensors());
      expect(check.ok, check.message).toBe(!tfjsIsWrong);
    });
  },
);

describe('checkGradients', () => {
  test('names the input and the element that is furthest off', async () => {
    // d/dx x^2 y = 2 x y; the second input is handled by a gradient of 1.5 times the truth.
    const f = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.mul(tf.square(x), scaledSquare(1.5)(y)));
    const check = await checkGradients(f, [tf.tensor1d([1, 2]), tf.tensor1d([3, -1])]);
    expect(check.ok).toBe(false);
    expect(check.inputs.map(({ wrong }) => wrong)).toEqual([0, 2]);
    expect(check.worst).toMatchObject({ input: 'inputs[1]', verdict: 'wrong' });
    // 1 - 1 / 1.5 = 1/3
    expect(check.worst!.error).toBeCloseTo(1 / 3, 3);
    expect(check.message).toMatch(
      /^The gradient of inputs\[1\] at \[[01]\] is wrong: tfjs computes .* 2 of 4/,
    );
  });

  test.each([1.03, 0.5, -1, 0])('catches a gradient of %f times the truth', async (scale) => {
    const check = await checkGradients((x) => tf.sum(scaledSquare(scale)(x)), [tf.tensor1d([0.3, -2, 4])]);
    expect(check.inputs[0]!.wrong).toBe(3);
  });

  test('counts an input that no gradient reaches as 0, wrong when the function depends on it', async () => {
    const f = (x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.mul(x, tf.tensor1d(y.dataSync())));
    const check = await checkGradients(f, [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])]);
    expect(check.worst).toMatchObject({ input: 'inputs[1]', analytic: 0 });
    expect(
      (await checkGradients((x, y) => tf.sum(tf.add(x, tf.zerosLike(y))), [tf.ones([2]), tf.ones([2])])).ok,
    ).toBe(true);
  });

  test('flags relu at 0 as a kink, where any slope from 0 to 1 is right', async () => {
    const check = await checkGradients((x) => tf.sum(tf.relu(x)), [tf.tensor1d([0, 1, -1])]);
    expect(check.ok).toBe(true);
    expect(check.inputs[0]!.elements.map(({ verdict }) => verdict)).toEqual(['kink', 'agrees', 'agrees']);
  });

  test('refuses a slope outside the two sides of a kink', async () => {
    const badRelu = tf.customGrad((x) => ({
      value: tf.relu(x as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => tf.mul(dy, 2),
    }));
    const check = await checkGradients((x) => tf.sum(badRelu(x)), [tf.tensor1d([0])]);
    expect(check.worst).toMatchObject({ analytic: 2, verdict: 'wrong' });
    expect(check.worst!.numeric).toBeCloseTo(1, 2);
  });

  test('is not misled by kinks beside the point, however deep the network', async () => {
    const x = tf.randomNormal([16, 8], 0, 1, 'float32', 1);
    const deeper = [1, 2, 3, 4].map((seed) =>
      tf.randomNormal<tf.Rank.R2>([12, 12], 0, 0.41, 'float32', seed),
    );
    const net = (w: tf.Tensor) =>
      tf.mean(tf.square(deeper.reduce((h, v) => tf.relu(tf.matMul(h, v)), tf.relu(tf.matMul(x, w)))));
    const weights = tf.randomNormal([8, 12], 0, 0.5, 'float32', 6);
    const check = await checkGradients(net, [weights]);
    expect(check.ok, check.message).toBe(true);
    // Most elements can be told all the same: a gradient 10 % too large is caught.
    const tooLarge = tf.customGrad((w) => ({
      value: tf.mul(w as tf.Tensor, 1),
      gradFunc: (dy: tf.Tensor) => tf.mul(dy, 1.1),
    }));
    const caught = await checkGradients((w) => net(tooLarge(w)), [weights]);
    expect(caught.inputs[0]!.wrong).toBeGreaterThan(96 / 2);
  });

  test('finds a gradient that is not finite where the function is', async () => {
    const check = await checkGradients((x) => tf.norm(x), [tf.zeros([2])]);
    expect(check.worst).toMatchObject({ verdict: 'wrong', error: Number.POSITIVE_INFINITY });
    expect(check.message).toContain('tfjs computes NaN');
  });

  test('owns up to elements that are lost in rounding noise', async () => {
    // The float32 next to 1000 is 6e-5 away, so that a slope of 1e-7 moves nothing.
    const check = await checkGradients((x) => tf.add(1000, tf.sum(tf.mul(x, 1e-7))), [tf.tensor1d([1, 2])]);
    expect(check).toMatchObject({ ok: true, worst: null });
    expect(check.inputs[0]!.unresolved).toBe(2);
    expect(check.message).toMatch(/^None of the 2 checked elements could be measured/);
  });

  test('finds the step by itself for functions that bend within 0.01 and for inputs near 1000', async () => {
    const sharp = await checkGradients(
      (x) => tf.sum(tf.sin(tf.mul(100, x))),
      [tf.tensor1d([0.001, 0.02, 0.1])],
    );
    expect(sharp.ok, sharp.message).toBe(true);
    const wide = await checkGradients((x) => tf.sum(tf.exp(tf.div(x, 500))), [tf.tensor1d([900, -1200])]);
    expect(wide.ok, wide.message).toBe(true);
    expect([sharp, wide].map(({ inputs }) => inputs[0]!.unresolved)).toEqual([0, 0]);
  });

  test('samples large inputs by the seed and says so', async () => {
    const x = tf.randomNormal([30, 20], 0, 1, 'float32', 4);
    const positions = async (seed: number) => {
      const check = await checkGradients((t) => tf.sum(tf.square(t)), [x], { maxElements: 10, seed });
      expect(check.message).toContain(`inputs[0] sampled, 10 of 600 elements, seed ${seed}`);
      return check.inputs[0]!.elements.map(({ index }) => 20 * index[0]! + index[1]!);
    };
    const first = await positions(1);
    expect(await positions(1)).toEqual(first);
    expect(await positions(-2)).not.toEqual(first);
    // One from each tenth.
    expect(first.map((at) => Math.floor(at / 60))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('moves the weights of a model in place and puts back every bit', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 4, activation: 'tanh', inputShape: [3] }),
        tfl.layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    const x = tf.randomNormal([6, 3], 0, 1, 'float32', 5);
    const y = tf.oneHot(tf.tensor1d([0, 1, 1, 0, 1, 0], 'int32'), 2);
    const weights = model.trainableWeights.map((weight) => weight.read());
    const bits = () =>
      weights.map((weight) => [...new Int32Array(Float32Array.from(weight.dataSync()).buffer)]);
    const before = bits();
    const check = await checkGradients(
      () => tf.mean(tfl.metrics.categoricalCrossentropy(y, model.apply(x) as tf.Tensor)),
      weights,
    );
    expect(check.ok, check.message).toBe(true);
    expect(check.inputs.map(({ name }) => name)).toEqual(model.trainableWeights.map(({ name }) => name));
    expect(bits()).toEqual(before);
    model.dispose();
  });

  test('leaks no tensor and disposes none of its inputs, also when the function throws', async () => {
    const inputs: tf.Tensor[] = [tf.tensor1d([1, 2]), tf.variable(tf.tensor1d([3, 4]))];
    const before = tf.memory();
    await checkGradients((x, y) => tf.sum(tf.mul(x, y)), inputs);
    let calls = 0;
    const failing = (x: tf.Tensor) => {
      if (calls++ > 20) throw new Error('out of patience');
      return tf.sum(tf.square(x));
    };
    await expect(checkGradients(failing, inputs)).rejects.toThrow('out of patience');
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
    expect([...inputs[1]!.dataSync()]).toEqual([3, 4]);
  });

  test('is plain JSON', async () => {
    const check = await checkGradients((x) => tf.sum(tf.square(x)), [tf.tensor2d([[1, -2]])]);
    expect(JSON.parse(JSON.stringify(check))).toEqual(check);
  });
});

describe('checkGradients on wasm', () => {
  beforeEach(async () => {
    await tf.setBackend('wasm');
  });

  test('passes a right gradient', async () => {
    const { inputs } = golden.cases[0]!;
    const tensors = inputs.map((input) => tf.tensor(input.values, input.shape));
    expect((await checkGradients(functions['dense']!, tensors)).ok).toBe(true);
  });

  test('catches the wrong gradient that tfjs computes for the input of conv3d', async () => {
    const x = tf.randomNormal([1, 4, 4, 4, 2], 0, 1, 'float32', 1) as tf.Tensor5D;
    const kernel = tf.randomNormal([3, 3, 3, 2, 2], 0, 0.3, 'float32', 2) as tf.Tensor5D;
    const check = await checkGradients(
      (a: tf.Tensor5D, b: tf.Tensor5D) => tf.sum(tf.tanh(tf.conv3d(a, b, 1, 'same'))),
      [x, kernel],
    );
    expect(check.worst).toMatchObject({ input: 'inputs[0]', verdict: 'wrong' });
    expect(check.inputs[1]!.wrong).toBe(0);
  });
});

describe('checkGradients refuses', () => {
  const x = () => tf.tensor1d([1, 2]);
  const sum = (t: tf.Tensor) => tf.sum(t);

  test('no inputs, and inputs that have no gradient', async () => {
    await expect(checkGradients(() => tf.scalar(1), [])).rejects.toThrow(
      'inputs must hold at least one tensor',
    );
    await expect(checkGradients(sum, [tf.tensor1d([1], 'int32')])).rejects.toThrow(
      'checkGradients: inputs[0] must be a float32 tensor, got dtype int32',
    );
    await expect(checkGradients(sum, [3 as unknown as tf.Tensor])).rejects.toThrow('got number');
    await expect(checkGradients(sum, x() as never)).rejects.toThrow(
      'checkGradients: inputs must be an array of tensors, got object',
    );
  });

  test('a function that is not a finite scalar, always the same', async () => {
    await expect(checkGradients((t) => tf.square(t), [x()])).rejects.toThrow(
      'f must return a float32 scalar, got float32 of shape [2]; reduce it with tf.sum or tf.mean',
    );
    await expect(checkGradients((t) => tf.sum(tf.log(tf.neg(t))), [x()])).rejects.toThrow(
      'f must be finite at the inputs, got NaN',
    );
    await expect(checkGradients((t) => tf.sum(tf.dropout(t, 0.5)), [tf.ones([64])])).rejects.toThrow(
      'seed or switch off what is random',
    );
    const asynchronous = (async () => tf.scalar(1)) as unknown as () => tf.Tensor;
    await expect(checkGradients(asynchronous, [x()])).rejects.toThrow('got a Promise');
  });

  test.each([
    [{ tolerance: 0 }, 'tolerance must be a number between 0 and 1, got 0'],
    [{ step: Number.NaN }, 'step must be a positive finite number, got NaN'],
    [{ maxElements: 0.5 }, 'maxElements must be a positive integer, got 0.5'],
    [{ seed: 1.5 }, 'seed must be an integer, got 1.5'],
  ])('options %o', async (options, message) => {
    await expect(checkGradients(sum, [x()], options)).rejects.toThrow(`checkGradients: ${message}`);
    await expect(checkGradients(sum, [x()], options)).rejects.toThrow(RangeError);
  });
});
