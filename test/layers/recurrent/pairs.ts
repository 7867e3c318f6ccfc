import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { layers } from 'gradient-health';

export type Cell = 'lstm' | 'gru';

export interface Given {
  readonly x: tf.Tensor;
  readonly kwargs?: Record<string, unknown>;
  /** Initial states, differentiated too. */
  readonly states?: readonly tf.Tensor[];
}

/** A layer of tfjs and a fused one with the same options and weights, biases other than zero. */
export function pairOf(
  cell: Cell,
  options: { readonly units: number } & Record<string, unknown>,
  inputs: number,
): [tfl.RNN, tfl.RNN] {
  const given = { recurrentInitializer: 'glorotUniform', biasInitializer: 'randomNormal', ...options };
  const theirs = tfl.layers[cell]({ ...given }) as tfl.RNN;
  const ours = layers[cell]({ ...given, defaults: 'tfjs' } as never);
  // Not by `build`, which leaves tfjs's flag unset.
  for (const layer of [theirs, ours]) layer.apply(tf.zeros([1, 1, inputs]));
  ours.setWeights(theirs.getWeights());
  return [theirs, ours];
}

/** All outputs of a layer, and the gradients of a weighted sum of them: of the input, the states and the weights. */
export function outputsAndGradients(
  layer: tfl.layers.Layer,
  { x, kwargs, states = [] }: Given,
): { outputs: Float32Array[]; gradients: Float32Array[] } {
  const run = (input: tf.Tensor, initialState: readonly tf.Tensor[]): tf.Tensor[] => {
    const given = { ...kwargs, ...(states.length > 0 && { initialState: [...initialState] }) };
    const output = layer.apply(input, given) as tf.Tensor | tf.Tensor[];
    return Array.isArray(output) ? output : [output];
  };
  const loss = (...[input, ...initialState]: tf.Tensor[]): tf.Tensor => {
    const terms = run(input!, initialState).map((output, index) => {
      const weights = tf.randomNormal(output.shape, 0, 1, 'float32', index + 1);
      return tf.sum(tf.mul(output, weights));
    });
    return tf.addN(terms);
  };
  const outputs = run(x, states).map((output) => output.dataSync() as Float32Array);
  const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const { grads } = tf.variableGrads(() => loss(x, ...states) as tf.Scalar, variables);
  const ofInputs = tf.grads(loss)([x, ...states]);
  const gradients = [...ofInputs, ...variables.map(({ name }) => grads[name]!)];
  return { outputs, gradients: gradients.map((gradient) => gradient.dataSync() as Float32Array) };
}

/** Largest difference of two arrays relative to the largest value of the first. */
export function relativeDifference(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  if (expected.length !== actual.length) return Number.NaN;
  let [largest, difference] = [0, 0];
  for (let index = 0; index < expected.length; index++) {
    const [value = Number.NaN, other = Number.NaN] = [expected[index], actual[index]];
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - other));
    if (Number.isNaN(value) || Number.isNaN(other)) return Number.NaN;
  }
  return largest === 0 ? difference : difference / largest;
}

/** Largest relative differences of outputs and of gradients. */
export function differencesOf(
  theirs: tfl.layers.Layer,
  ours: tfl.layers.Layer,
  given: Given,
): [number, number] {
  const [a, b] = [outputsAndGradients(theirs, given), outputsAndGradients(ours, given)];
  const worst = (one: Float32Array[], other: Float32Array[]): number =>
    one.length === other.length
      ? Math.max(...one.map((values, index) => relativeDifference(values, other[index]!)))
      : Number.NaN;
  return [worst(a.outputs, b.outputs), worst(a.gradients, b.gradients)];
}
