import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { layers } from 'gradient-health';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refuseKernels } from '../../../src/kernels/instantiate.js';
import { type Cell, differencesOf, outputsAndGradients, pairOf } from './pairs.js';

const [batch, time, inputs] = [3, 7, 5];
const input = () => tf.randomNormal([batch, time, inputs], 0, 1, 'float32', 7);
/** The second sample is padded at its end, the third within and at its start. */
const mask = () =>
  tf.tensor2d(
    [
      [1, 1, 1, 1, 1, 1, 1],
      [1, 1, 1, 1, 0, 0, 0],
      [0, 1, 1, 0, 1, 1, 1],
    ],
    undefined,
    'bool',
  );

const cells: readonly Cell[] = ['lstm', 'gru'];
const optionSets: Record<string, object> = {
  'the last state': {},
  'a sequence': { returnSequences: true },
  'hard sigmoids': { recurrentActivation: 'hardSigmoid', returnSequences: true },
  'all states': { returnState: true },
  'all states and a sequence, backwards': { returnState: true, returnSequences: true, goBackwards: true },
  'no bias': { useBias: false },
  'as many units as lanes': { units: 8, returnSequences: true },
  'more units': { units: 21 },
};

/** Gradients of float32 sums over some dozens of terms, added in another order. */
const tolerance = 1e-5;

describe.each(['cpu', 'wasm', 'cpu with the twin'])('on %s, beside tf.layers', (name) => {
  beforeEach(async () => {
    await tf.setBackend(name.slice(0, 4).trim());
    refuseKernels(name.endsWith('twin'));
  });
  afterEach(() => refuseKernels(false));

  describe.each(cells)('%s', (cell) => {
    test.each(Object.entries(optionSets))('has the outputs and gradients of %s', (_, options) => {
      const [theirs, ours] = pairOf(cell, { units: 6, recurrentActivation: 'sigmoid', ...options }, inputs);
      const [outputs, gradients] = differencesOf(theirs, ours, { x: input() });
      expect(outputs).toBeLessThan(1e-6);
      expect(gradients).toBeLessThan(tolerance);
      const masked = differencesOf(theirs, ours, { x: input(), kwargs: { mask: mask() } });
      expect(masked[0]).toBeLessThan(1e-6);
      expect(masked[1]).toBeLessThan(tolerance);
    });

    test('starts from initial states and differentiates them', () => {
      const options = { units: 6, recurrentActivation: 'sigmoid', returnState: true };
      const states = Array.from({ length: cell === 'lstm' ? 2 : 1 }, (_, index) =>
        tf.randomNormal([batch, 6], 0, 1, 'float32', 20 + index),
      );
      const [theirs, ours] = pairOf(cell, options, inputs);
      for (const kwargs of [{}, { mask: mask() }]) {
        const [outputs, gradients] = differencesOf(theirs, ours, { x: input(), kwargs, states });
        expect(outputs).toBeLessThan(1e-6);
        expect(gradients).toBeLessThan(tolerance);
      }
    });

    test('drops inputs, and a state in the product alone, as tfjs does where it is right', () => {
      // A mask that can be told in advance: tfjs lets a user draw it.
      const dropoutFunc = (ones: tf.Tensor, rate: number) =>
        tf.mul(ones, tf.cast(tf.greater(tf.randomUniform(ones.shape, 0, 1, 'float32', 3), rate), 'float32'));
      const rates = { dropout: 0.4, ...(cell === 'lstm' && { recurrentDropout: 0.3 }) };
      const [theirs, ours] = pairOf(cell, { units: 6, dropoutFunc, ...rates }, inputs);
      const training = { x: input(), kwargs: { training: true } };
      const [outputs, gradients] = differencesOf(theirs, ours, training);
      expect(outputs).toBeLessThan(1e-6);
      expect(gradients).toBeLessThan(tolerance);
      const predicted = outputsAndGradients(ours, { x: input() }).outputs;
      expect(predicted).not.toEqual(outputsAndGradients(ours, training).outputs);
    });

    test('works in a bidirectional layer', () => {
      for (const mergeMode of ['concat', 'sum', 'ave', 'mul'] as const) {
        for (const returnSequences of [true, false]) {
          const options = { units: 6, returnSequences, recurrentActivation: 'sigmoid' as const };
          const given = { ...options, recurrentInitializer: 'glorotUniform' };
          const wrap = (layer: tfl.RNN) => {
            const wrapped = tfl.layers.bidirectional({ layer, mergeMode });
            wrapped.build([null, time, inputs]);
            return wrapped;
          };
          const theirs = wrap(tfl.layers[cell]({ ...given }) as tfl.RNN);
          const ours = wrap(layers[cell]({ ...given, resetAfter: false } as never));
          expect(ours.getWeights().map((weight) => weight.shape)).toEqual(
            theirs.getWeights().map((weight) => weight.shape),
          );
          ours.setWeights(theirs.getWeights());
          const [outputs, gradients] = differencesOf(theirs, ours, { x: input() });
          expect(outputs).toBeLessThan(1e-6);
          expect(gradients).toBeLessThan(tolerance);
        }
      }
    });
  });
});

describe.each(cells)('%s', (cell) => {
  beforeEach(() => tf.setBackend('wasm'));

  test('is cloned by a bidirectional layer as a fused one', () => {
    const layer = tfl.layers.bidirectional({ layer: layers[cell]({ units: 4 }) });
    const halves = layer as unknown as Record<'forwardLayer' | 'backwardLayer', object>;
    for (const half of [halves.forwardLayer, halves.backwardLayer]) {
      expect(Object.hasOwn(half, 'call')).toBe(true);
    }
  });

  test('runs once for each time step of a time-distributed layer, and in stacks', () => {
    const build = (make: (options: object) => tfl.layers.Layer): tfl.Sequential => {
      const options = { recurrentInitializer: 'glorotUniform', recurrentActivation: 'sigmoid' };
      return tfl.sequential({
        layers: [
          tfl.layers.timeDistributed({
            layer: make({ units: 5, ...options }),
            inputShape: [4, time, inputs],
          }),
          make({ units: 7, returnSequences: true, ...options }),
          make({ units: 3, ...options }),
        ],
      });
    };
    const theirs = build((options) => tfl.layers[cell](options as never));
    const ours = build((options) => layers[cell]({ ...options, defaults: 'tfjs' } as never));
    ours.setWeights(theirs.getWeights());
    const x = tf.randomNormal([batch, 4, time, inputs], 0, 1, 'float32', 3);
    const [outputs, gradients] = differencesOf(theirs, ours, { x });
    expect(outputs).toBeLessThan(1e-6);
    expect(gradients).toBeLessThan(tolerance);
  });

  test('takes initial states of other layers in a functional model', () => {
    const build = (make: (options: object) => tfl.layers.Layer): tfl.LayersModel => {
      const options = { units: 4, recurrentInitializer: 'glorotUniform', recurrentActivation: 'sigmoid' };
      const x = tfl.input({ shape: [time, inputs] });
      const encoder = make({ ...options, returnState: true }).apply(x) as tfl.SymbolicTensor[];
      const decoder = make({ ...options, returnSequences: true });
      const y = decoder.apply(x, { initialState: encoder.slice(1) }) as tfl.SymbolicTensor;
      return tfl.model({ inputs: x, outputs: y });
    };
    const theirs = build((options) => tfl.layers[cell](options as never));
    const ours = build((options) => layers[cell]({ ...options, defaults: 'tfjs' } as never));
    ours.setWeights(theirs.getWeights());
    const predict = (model: tfl.LayersModel) => (model.predict(input()) as tf.Tensor).dataSync();
    const [a, b] = [predict(theirs), predict(ours)];
    expect(Math.max(...a.map((value, index) => Math.abs(value - b[index]!)))).toBeLessThan(1e-6);
  });

  test('goes on where the last batch ended, until its states are reset', () => {
    const build = (make: (options: object) => tfl.layers.Layer): tfl.Sequential =>
      tfl.sequential({
        layers: [
          make({
            units: 4,
            stateful: true,
            batchInputShape: [batch, time, inputs],
            recurrentInitializer: 'glorotUniform',
          }),
        ],
      });
    const theirs = build((options) => tfl.layers[cell](options as never));
    const ours = build((options) => layers[cell]({ ...options, defaults: 'tfjs' } as never));
    ours.setWeights(theirs.getWeights());
    const predict = (model: tfl.LayersModel) => [
      ...(model.predict(input(), { batchSize: batch }) as tf.Tensor).dataSync(),
    ];
    const first = predict(ours);
    const expected = [predict(theirs), predict(theirs)];
    const second = predict(ours);
    for (const [index, value] of expected[1]!.entries()) expect(second[index]).toBeCloseTo(value, 6);
    expect(second).not.toEqual(first);
    ours.resetStates();
    expect(predict(ours)).toEqual(first);
  });

  test('keeps what stands in masked steps out, NaN too', () => {
    const [, ours] = pairOf(cell, { units: 6, returnSequences: true }, inputs);
    const x = input();
    const keep = mask();
    const poisoned = tf.where(tf.expandDims(keep, 2), x, Number.NaN) as tf.Tensor;
    const kwargs = { mask: keep };
    const clean = outputsAndGradients(ours, { x, kwargs });
    const dirty = outputsAndGradients(ours, { x: poisoned, kwargs });
    expect(dirty).toEqual(clean);
    expect(clean.outputs.every((values) => values.every(Number.isFinite))).toBe(true);
  });
});

test('a GRU stays within [-1, 1] under recurrent dropout, over 2000 steps', async () => {
  await tf.setBackend('wasm');
  for (const resetAfter of [true, false]) {
    const layer = layers.gru({ units: 16, recurrentDropout: 0.3, resetAfter, biasInitializer: 'ones' });
    const h = layer.apply(tf.randomNormal([4, 2000, 3], 0, 1, 'float32', 1), { training: true }) as tf.Tensor;
    expect(tf.max(tf.abs(h)).dataSync()[0]).toBeLessThanOrEqual(1);
  }
});

test('dropout is drawn anew at each training call, and never when predicting', async () => {
  await tf.setBackend('cpu');
  for (const rates of [{ dropout: 0.5 }, { recurrentDropout: 0.5 }]) {
    const layer = layers.lstm({ units: 8, ...rates });
    const run = (training: boolean) => (layer.apply(input(), { training }) as tf.Tensor).dataSync();
    expect(run(false)).toEqual(run(false));
    expect(run(true)).not.toEqual(run(true));
    expect(run(true)).not.toEqual(run(false));
  }
});
