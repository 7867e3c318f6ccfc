import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers } from 'gradient-health';
import { beforeAll, describe, expect, test } from 'vitest';
import golden from '../golden/layers.json';
import { differences, type Golden } from '../layers/golden.js';

const { x, activations, normalizations } = golden as unknown as Golden;
const finite = x.flatMap((item, index) => (Number.isFinite(Number(item)) ? [index] : []));
const pick = (values: readonly (number | string)[]) => finite.map((index) => Number(values[index]));

describe.each(['webgl', 'webgpu'])('on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  test.each(activations.map((row) => ({ ...row, title: `${row.layer} ${JSON.stringify(row.options)}` })))(
    '$title has the values and slopes of PyTorch, at kinks and beside them, and leaves NaN as it is',
    async ({ layer: name, options, value, slope }) => {
      const layer = layers[name](options);
      const run = (input: tf.Tensor) => layer.apply(input) as tf.Tensor;
      const input = tf.tensor1d(pick(x));
      // Exponentials of a GPU are good to some units in the sixth digit.
      expect(differences(await run(input).data(), pick(value), 1e-5)).toEqual([]);
      expect(differences(await tf.grad(run)(input).data(), pick(slope), 1e-5)).toEqual([]);
      const [first] = await run(tf.tensor1d([Number.NaN, 1])).data();
      expect(first).toBeNaN();
    },
  );

  test.each(normalizations.map((row) => ({ ...row, title: `${row.layer} ${JSON.stringify(row.options)}` })))(
    '$title has the outputs and gradients of $peer',
    async (row) => {
      const layer = layers[row.layer](row.options);
      const [input, dy] = [row.x, row.dy].map((values) => tf.tensor(values, row.shape)) as [
        tf.Tensor,
        tf.Tensor,
      ];
      layer.build(row.shape);
      const weights = [row.gamma, ...(row.beta ? [row.beta] : [])];
      layer.setWeights(
        weights.map((weight, index) => tf.tensor(weight, layer.weights[index]!.shape as number[])),
      );
      const run = (given: tf.Tensor) => layer.apply(given) as tf.Tensor;
      // Square roots and quotients of a GPU are good to some units in the sixth digit.
      expect(differences(await run(input).data(), row.y, 2e-5)).toEqual([]);
      const gradient = tf.grad((given) => tf.sum(tf.mul(run(given), dy)))(input);
      expect(differences(await gradient.data(), row.dx, 2e-5)).toEqual([]);
    },
  );
});
