import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { layers } from 'gradient-health';
import { beforeEach, describe, expect, test } from 'vitest';
import { hostSequence } from '../../../src/layers/recurrent/host-sequence.js';
import type { SequenceOptions, SequenceTensors } from '../../../src/layers/recurrent/sequence-tensors.js';
import { tensorSequence } from '../../../src/layers/recurrent/tensor-sequence.js';
import type { ThroughTimeRecord } from '../../../src/record/run.js';
import { relativeDifference } from './pairs.js';

const draw = (shape: number[], seed: number, scale = 1) => tf.randomNormal(shape, 0, scale, 'float32', seed);

const problem = fc.record({
  cell: fc.constantFrom('lstm' as const, 'gru' as const),
  resetAfter: fc.boolean(),
  hard: fc.boolean(),
  reversed: fc.boolean(),
  returnSequences: fc.boolean(),
  masked: fc.boolean(),
  keeps: fc.boolean(),
  withBias: fc.boolean(),
  withStates: fc.boolean(),
  time: fc.integer({ min: 1, max: 6 }),
  batch: fc.integer({ min: 1, max: 5 }),
  inputs: fc.integer({ min: 1, max: 4 }),
  units: fc.integer({ min: 1, max: 9 }),
  limits: fc.record({
    clipValue: fc.constantFrom(undefined, 0.05),
    clipNorm: fc.constantFrom(undefined, 0.2),
    truncateAfter: fc.constantFrom(undefined, 1, 2, 3),
  }),
});

type Problem = typeof problem extends fc.Arbitrary<infer T> ? T : never;

/** Outputs, and gradients of all of them together, by one of the two ways to compute a sequence. */
function solve(way: typeof tensorSequence, given: Problem): Float32Array[] {
  const { cell, resetAfter, time, batch, inputs, units, masked, keeps, withBias, withStates } = given;
  const shape = { ...given, resetAfter: cell === 'gru' && resetAfter };
  const rows = (cell === 'lstm' ? 4 : 3) * units;
  const maskOf = () => tf.cast(tf.greater(draw([batch, time], 5), -0.5), 'float32');
  const fixed = {
    mask: masked ? maskOf() : undefined,
    keep: keeps ? tf.mul(tf.cast(tf.greater(draw([batch, units], 6), 0), 'float32'), 2) : undefined,
  };
  const names = [
    'x',
    'kernel',
    'recurrentKernel',
    ...(withBias ? ['bias'] : []),
    ...(withStates ? ['hidden'] : []),
    ...(withStates && cell === 'lstm' ? ['cell'] : []),
  ];
  const shapes: Record<string, number[]> = {
    x: [batch, time, inputs],
    kernel: [inputs, rows],
    recurrentKernel: [units, rows],
    bias: shape.resetAfter ? [2, rows] : [rows],
    hidden: [batch, units],
    cell: [batch, units],
  };
  // Small enough that roundings are not amplified from step to step.
  const tensors = names.map((name, index) => draw(shapes[name]!, 10 + index, 0.5));
  const options: SequenceOptions = {
    shape,
    limits: given.limits,
    returnSequences: given.returnSequences,
    listener: undefined,
  };
  const run = (...xs: tf.Tensor[]): tf.Tensor[] => {
    const named = Object.fromEntries(names.map((name, index) => [name, xs[index]]));
    return way({ ...named, ...fixed } as unknown as SequenceTensors, options);
  };
  const loss = (...xs: tf.Tensor[]) =>
    tf.addN(run(...xs).map((output, index) => tf.sum(tf.mul(output, draw(output.shape, 30 + index)))));
  const results = [...run(...tensors), ...tf.grads(loss)(tensors)];
  return results.map((result) => result.dataSync() as Float32Array);
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('the kernels and the operations of tfjs agree, whatever the options and limits', () => {
    fc.assert(
      fc.property(problem, (given) => {
        const [kernels, operations] = [hostSequence as typeof tensorSequence, tensorSequence].map((way) =>
          tf.tidy(() => solve(way, given)),
        );
        for (const [index, values] of operations!.entries()) {
          expect(relativeDifference(values, kernels![index]!)).toBeLessThan(1e-5);
        }
      }),
      { seed: 6, numRuns: 60 },
    );
  });
});

describe('limits on the gradient through time', () => {
  beforeEach(() => tf.setBackend('wasm'));
  const [batch, time, inputs, units] = [3, 12, 2, 8];
  const x = () => draw([batch, time, inputs], 1);
  /** Large weights, so that gradients explode. */
  const grown = (layer: ReturnType<typeof layers.lstm>) => {
    layer.apply(x());
    layer.setWeights(layer.getWeights().map((weight, index) => draw(weight.shape, 50 + index, 1.5)));
    return layer;
  };

  test.each(['lstm', 'gru'] as const)(
    'truncation in %s stops the gradient at every boundary, exactly',
    (cell) => {
      const layer = grown(layers[cell]({ units, truncateAfter: 5 }));
      const dx = tf
        .grad((input) => tf.sum(layer.apply(input) as tf.Tensor))(x())
        .arraySync() as number[][][];
      // Boundaries lie before the steps 5 and 10: only the last two steps have a gradient.
      const steps = dx[0]!.map((step) => step.some((value) => value !== 0));
      expect(steps).toEqual([...new Array(10).fill(false), true, true]);
    },
  );

  test.each(['lstm', 'gru'] as const)('clips in %s bound what a step hands to the one before', (cell) => {
    const normsOf = (options: object): readonly number[] => {
      const layer = grown(layers[cell]({ units, ...options }));
      let record: ThroughTimeRecord | undefined;
      const listener = {
        sums: (of: ThroughTimeRecord) => {
          record = of;
        },
        gradient: () => {},
        gate: () => {},
      };
      Object.assign(layer, { [Symbol.for('gradient-health.through-time')]: listener });
      tf.grad((input) => tf.sum(tf.mul(layer.apply(input) as tf.Tensor, 100)))(x());
      return record!.hiddenGradientNorms.slice(0, -1);
    };
    const largest = (norms: readonly number[]) => Math.max(...norms);
    expect(largest(normsOf({}))).toBeGreaterThan(10);
    // Three samples, each at most 0.5.
    expect(largest(normsOf({ recurrentClipNorm: 0.5 }))).toBeLessThanOrEqual(0.5 * Math.sqrt(3) + 1e-6);
    // 24 elements, each at most 0.1.
    expect(largest(normsOf({ recurrentClipValue: 0.1 }))).toBeLessThanOrEqual(0.1 * Math.sqrt(24) + 1e-6);
  });

  test('options out of range throw', () => {
    expect(() => layers.lstm({ units: 1, recurrentClipValue: 0 })).toThrow(
      'lstm: recurrentClipValue must be a positive finite number, got 0',
    );
    expect(() => layers.gru({ units: 1, recurrentClipNorm: Infinity })).toThrow(
      'gru: recurrentClipNorm must be a positive finite number, got Infinity',
    );
    expect(() => layers.lstm({ units: 1, truncateAfter: 1.5 })).toThrow(
      'lstm: truncateAfter must be a positive integer, got 1.5',
    );
    expect(() => layers.lstm({ units: 1, dropout: 1 })).toThrow('lstm: dropout must be in [0, 1), got 1');
    expect(() => layers.lstm({ units: 1, activation: 'relu' as never })).toThrow(
      "lstm: activation must be 'tanh', got 'relu'; use tf.layers.lstm",
    );
    expect(() => layers.gru({ units: 1, recurrentActivation: 'tanh' as never })).toThrow(
      "gru: recurrentActivation must be 'sigmoid' or 'hardSigmoid', got 'tanh'; use tf.layers.gru",
    );
    expect(() => layers.gru({ units: 1, defaults: 'torch' as never })).toThrow(
      "gru: defaults must be 'keras' or 'tfjs', got 'torch'",
    );
  });
});
