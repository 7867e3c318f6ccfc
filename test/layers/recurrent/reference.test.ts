import * as tf from '@tensorflow/tfjs-core';
import { layers } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { relativeDifference } from './pairs.js';
import { type Problem, reference, type Weights } from './reference.js';

const sizes = { batch: 2, time: 5, inputs: 3, units: 4 };
const mask = [
  [1, 1, 1, 1, 1],
  [0, 1, 0, 1, 1],
];

const problems: readonly Problem[] = [
  { cell: 'lstm', resetAfter: false, ...sizes },
  { cell: 'lstm', resetAfter: false, mask, ...sizes },
  { cell: 'gru', resetAfter: true, ...sizes },
  { cell: 'gru', resetAfter: true, mask, ...sizes },
  { cell: 'gru', resetAfter: false, ...sizes },
];

/** Numbers that float32 holds exactly, so that both compute from the same. */
const numbers = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, at) => Math.fround(Math.sin(seed + 1.3 * at)));

function weightsOf({ cell, resetAfter, batch, time, inputs, units }: Problem): Weights {
  const columns = (cell === 'lstm' ? 4 : 3) * units;
  return {
    x: numbers(batch * time * inputs, 1),
    kernel: numbers(inputs * columns, 2),
    recurrentKernel: numbers(units * columns, 3),
    bias: numbers(resetAfter ? 2 * columns : columns, 4),
  };
}

const names = ['x', 'kernel', 'recurrentKernel', 'bias'] as const;

/** dL/d each weight by central differences, L being a weighted sum of all outputs. */
function centralDifferences(
  problem: Problem,
  weights: Weights,
  dy: Float64Array,
): Record<string, Float64Array> {
  const loss = (): number =>
    reference(problem, weights).reduce((sum, output, at) => sum + output * dy[at]!, 0);
  // The rounding of float64 over the step weighs as much as its square here: both about 1e-11.
  const step = 1e-5;
  const gradients = names.map((name) => {
    const values = weights[name];
    const gradient = values.map((value, at) => {
      values[at] = value + step;
      const above = loss();
      values[at] = value - step;
      const below = loss();
      values[at] = value;
      return (above - below) / (2 * step);
    });
    return [name, gradient] as const;
  });
  return Object.fromEntries(gradients);
}

describe.each(['cpu', 'wasm'])('on %s, beside the equations in float64', (backend) => {
  test.each(problems)(
    '$cell (reset after: $resetAfter, mask: $mask) has outputs and gradients',
    async (problem) => {
      await tf.setBackend(backend);
      const { cell, batch, time, inputs, units } = problem;
      const weights = weightsOf(problem);
      const layer = layers[cell]({ units, returnSequences: true, resetAfter: problem.resetAfter } as never);
      layer.apply(tf.zeros([1, 1, inputs]));
      const [, ...ofLayer] = names;
      layer.setWeights(
        layer
          .getWeights()
          .map(({ shape }, index) => tf.tensor(Float32Array.from(weights[ofLayer[index]!]), shape)),
      );
      const x = tf.tensor(Float32Array.from(weights.x), [batch, time, inputs]);
      const kwargs = problem.mask ? { mask: tf.tensor2d(mask, undefined, 'bool') } : {};
      const run = (input: tf.Tensor) => layer.apply(input, kwargs) as tf.Tensor;
      expect(relativeDifference(reference(problem, weights), run(x).dataSync())).toBeLessThan(1e-6);

      const dy = numbers(batch * time * units, 5);
      const loss = (input: tf.Tensor) =>
        tf.sum(tf.mul(run(input), tf.tensor(Float32Array.from(dy), [batch, time, units])));
      const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const { grads } = tf.variableGrads(() => loss(x) as tf.Scalar, variables);
      const actual = [tf.grad(loss)(x), ...variables.map(({ name }) => grads[name]!)];
      const expected = centralDifferences(problem, weights, dy);
      for (const [index, name] of names.entries()) {
        expect(relativeDifference(expected[name]!, actual[index]!.dataSync()), name).toBeLessThan(2e-6);
      }
    },
  );
});
