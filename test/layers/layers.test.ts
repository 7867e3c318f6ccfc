import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkGradients, layers } from 'gradient-health';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelOf, rows } from './layer-table.js';
import { artifactsOf, predictElsewhere } from './saved.js';

test('the table holds every layer', () => {
  const tested = new Set(rows.map(({ title }) => title.split(' ')[0]));
  // Sequences and cells have tests of their own.
  const others = Object.keys(layers).filter((name) => !/^(lstm|gru|\w+Cell)$/.test(name));
  expect([...tested].sort()).toEqual(others.sort());
});

const x = tf.randomNormal([6, 4], 0, 2, 'float32', 7);
const y = tf.randomNormal([6, 1], 0, 1, 'float32', 8);

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
  });

  describe.each(rows)('$title', (row) => {
    test('has the gradient that finite differences measure, in its input and in its weights', async () => {
      const model = modelOf(row);
      const weights = model.trainableWeights.map((weight) => weight.read() as tf.Tensor);
      // Squares, so that the gradient differs from element to element.
      const f = (input: tf.Tensor) => tf.sum(tf.square(model.apply(input) as tf.Tensor));
      const check = await checkGradients(f, [x, ...weights]);
      expect(check.ok, check.message).toBe(true);
    });

    test('trains in a Sequential and in a functional model, and leaves no tensor behind', async () => {
      const input = tfl.input({ shape: [4] });
      const functional = modelOf(row).layers.reduce<tfl.SymbolicTensor>(
        (x, layer) => layer.apply(x) as tfl.SymbolicTensor,
        input,
      );
      for (const model of [modelOf(row), tfl.model({ inputs: input, outputs: functional })]) {
        model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
        const train = () => model.fit(x, y, { epochs: 2, verbose: 0 });
        const losses = (await train()).history.loss as number[];
        expect(losses[1]).toBeLessThan(losses[0]!);
        const before = tf.memory();
        await train();
        const after = tf.memory();
        expect([after.numTensors, after.numBytes]).toEqual([before.numTensors, before.numBytes]);
        model.dispose();
      }
    });

    test('leaves no tensor behind when it is disposed', () => {
      const before = tf.memory().numTensors;
      const model = modelOf(row);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});

describe('a model saved and loaded in a process of its own predicts the same', () => {
  test.each([
    ['where nobody has heard of this library', rows.filter(({ plain }) => plain), false],
    ['after register()', rows, true],
  ])('%s', async (_, chosen, register) => {
    const models = chosen.map(modelOf);
    const expected = models.map((model) => Array.from((model.predict(x) as tf.Tensor).dataSync()));
    // Bit for bit: the same kernels of the same backend.
    expect(await predictElsewhere(models, x, { register })).toEqual(expected);
  });

  test.each(rows)('$title, as $className', async (row) => {
    const { modelTopology } = await artifactsOf(modelOf(row));
    expect(JSON.stringify(modelTopology)).toContain(`"class_name":"${row.className}"`);
  });
});
