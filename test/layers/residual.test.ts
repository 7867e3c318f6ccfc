import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { layers, watch } from 'gradient-health';
import { describe, expect, test } from 'vitest';

const { residual, rmsNorm } = layers;
const valuesOf = (tensor: unknown): number[] => Array.from((tensor as tf.Tensor).dataSync());

/** A layer that doubles what it gets, so that a residual connection around it makes 3 of 1. */
const doubling = (units = 2) =>
  tfl.layers.dense({ units, useBias: false, kernelInitializer: tfl.initializers.identity({ gain: 2 }) });
const x = tf.tensor2d([[1, 2]]);

describe('residual', () => {
  test('adds what the block makes of its input, times the scale', () => {
    expect(valuesOf(residual(doubling()).apply(x))).toEqual([3, 6]);
    expect(valuesOf(residual(doubling(), { scale: 0.5 }).apply(x))).toEqual([2, 4]);
    expect(valuesOf(residual(doubling(), { scale: -0.5, learnScale: true }).apply(x))).toEqual([0, 0]);
  });

  test('that starts at 0 is the identity, forward and backward, through any depth', () => {
    const sigmoid = () => tfl.layers.dense({ units: 2, activation: 'sigmoid' });
    const depth = 100;
    const model = tfl.sequential();
    for (let index = 0; index < depth; index++) {
      model.add(residual(sigmoid(), { scale: 0, learnScale: true, ...(index === 0 && { inputShape: [2] }) }));
    }
    expect(valuesOf(model.predict(x))).toEqual([1, 2]);
    const dy = tf.tensor2d([[3, -5]]);
    const dx = tf.grad((input) => tf.sum(tf.mul(model.apply(input) as tf.Tensor, dy)))(x);
    expect(valuesOf(dx)).toEqual([3, -5]);
  });

  test('learns its scale from 0, and then its block', async () => {
    const layer = residual(doubling(), { scale: 0, learnScale: true, inputShape: [2] });
    const model = tfl.sequential({ layers: [layer] });
    model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });
    const weights = () => model.getWeights().map((weight) => valuesOf(weight));
    const before = weights();
    await model.trainOnBatch(x, tf.tensor2d([[5, 8]]));
    const once = weights();
    expect(once[0]).not.toEqual(before[0]);
    // At a scale of 0 nothing reaches the block yet.
    expect(once[1]).toEqual(before[1]);
    await model.trainOnBatch(x, tf.tensor2d([[5, 8]]));
    expect(weights()[1]).not.toEqual(before[1]);
  });

  test('takes a functional model, and hands on whether it trains', () => {
    const input = tfl.input({ shape: [2] });
    const dropped = tfl.layers.dropout({ rate: 0.5, seed: 1 }).apply(input) as tfl.SymbolicTensor;
    const layer = residual(tfl.model({ inputs: input, outputs: dropped }));
    expect(valuesOf(layer.apply(x))).toEqual([2, 4]);
    // Either 0 or twice the input comes through.
    const [first, second] = valuesOf(layer.apply(x, { training: true }));
    expect([1, 3]).toContain(first);
    expect([2, 6]).toContain(second);
  });

  test('shares training and freezing with its block', () => {
    const block = doubling();
    const layer = residual(block, { scale: 0.5, learnScale: true });
    layer.build([null, 2]);
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([2, 0]);
    layer.trainable = false;
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([0, 2]);
    layer.trainable = true;
    block.trainable = false;
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([1, 1]);
  });

  test('counts the regularisation of its block', () => {
    const regularized = () =>
      tfl.layers.dense({
        units: 2,
        inputShape: [2],
        kernelInitializer: 'ones',
        kernelRegularizer: tfl.regularizers.l2({ l2: 0.25 }),
      });
    for (const block of [regularized(), tfl.sequential({ layers: [regularized()] })]) {
      const model = tfl.sequential({ layers: [residual(block, { inputShape: [2] })] });
      model.build();
      // 0.25 x 4 ones
      expect(model.calculateLosses().map((loss) => loss.dataSync()[0])).toEqual([1]);
    }
  });

  test('resets a stateful block', () => {
    const lstm = tfl.layers.simpleRNN({
      units: 2,
      stateful: true,
      returnSequences: true,
      kernelInitializer: 'ones',
      recurrentInitializer: 'ones',
    });
    const layer = residual(lstm, { batchInputShape: [1, 3, 2] });
    const model = tfl.sequential({ layers: [layer] });
    const input = tf.ones([1, 3, 2]);
    const first = valuesOf(model.predict(input));
    expect(layer.stateful).toBe(true);
    expect(valuesOf(model.predict(input))).not.toEqual(first);
    model.resetStates();
    expect(valuesOf(model.predict(input))).toEqual(first);
  });

  test('does not mistake a weight of its block for its own', async () => {
    const layer = residual(rmsNorm(), { scale: 0.5, learnScale: true, inputShape: [2], name: 'around' });
    const model = tfl.sequential({ layers: [layer] });
    const names = model.weights.map(({ originalName }) => originalName);
    expect(names).toEqual(['around/residual_scale', 'around/scale']);
  });

  test('is watched, block and scale', async () => {
    const block = tfl.layers.dense({ units: 2, name: 'inside', activation: 'relu' });
    const layer = residual(block, { scale: 0.5, learnScale: true, inputShape: [2], name: 'around' });
    const model = tfl.sequential({ layers: [layer, tfl.layers.dense({ units: 1, name: 'out' })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const monitor = watch(model, { quiet: true, activations: 1 });
    await model.trainOnBatch(x, tf.tensor2d([[1]]));
    await monitor.stop();
    const [record] = monitor.records;
    expect(Object.keys(record!.variables).sort()).toEqual([
      'around/inside/bias',
      'around/inside/kernel',
      'around/residual_scale',
      'out/bias',
      'out/kernel',
    ]);
    expect(Object.keys(record!.layers!)).toEqual(['around/inside', 'out']);
    expect(record!.layers!['around/inside']!.outputGradient!.norm).toBeGreaterThan(0);
  });
});

describe('misuse throws, naming function, expectation, value and fix:', () => {
  test.each<[string, () => unknown, string]>([
    [
      'scale',
      () => residual(doubling(), { scale: Infinity }),
      'residual: scale must be a finite number, got Infinity',
    ],
    [
      'a block for nothing',
      () => residual(doubling(), { scale: 0 }),
      'residual: scale must not be 0 for good, or the block neither acts nor learns; add learnScale: true to start there',
    ],
    [
      'a block that changes the shape',
      () =>
        tfl.sequential({
          layers: [
            residual(tfl.layers.dense({ units: 3, name: 'wide', inputShape: [2] }), { inputShape: [2] }),
          ],
        }),
      "residual: block wide must keep the shape of its input, got [null, 2] -> [null, 3]; end it with as many units or filters as come in (convolutions: padding 'same', strides 1), or change the shape before it",
    ],
    [
      'a block that would broadcast',
      () => residual(tfl.layers.dense({ units: 1, name: 'thin' })).apply(x),
      "residual: block thin must keep the shape of its input, got [1, 2] -> [1, 1]; end it with as many units or filters as come in (convolutions: padding 'same', strides 1), or change the shape before it",
    ],
  ])('%s', (_, misuse, message) => {
    expect(misuse).toThrow(new RangeError(message));
  });
});
