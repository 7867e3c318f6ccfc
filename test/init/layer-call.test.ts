import { mul, ones, type Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { beforeFirstCall, withoutActivation } from '../../src/init/layer-call.js';

/** A dense layer of weights 1: it puts out the sum of three inputs, unless something is done to it. */
function dense(activation?: 'relu' | 'tanh'): { layer: layers.Layer; predict: () => number } {
  const layer = layers.dense({
    units: 1,
    inputShape: [3],
    kernelInitializer: 'ones',
    ...(activation && { activation }),
  });
  const model = sequential({ layers: [layer] });
  return { layer, predict: () => (model.predict(ones([1, 3])) as Tensor).dataSync()[0]! };
}

describe('before the first call', () => {
  test('something is done once, and can run the call to come', () => {
    const { layer, predict } = dense();
    const seen: number[] = [];
    beforeFirstCall(layer, (run) => {
      seen.push((run() as Tensor).dataSync()[0]!, (run() as Tensor).dataSync()[0]!);
      layer.setWeights(layer.getWeights().map((weight) => mul(weight, 2)));
    });
    expect(predict()).toBe(6);
    expect(predict()).toBe(6);
    expect(seen).toEqual([3, 3]);
    expect(Object.hasOwn(layer, 'call')).toBe(false);
  });

  test('it can be taken back', () => {
    const { layer, predict } = dense();
    let calls = 0;
    const takeBack = beforeFirstCall(layer, () => calls++);
    takeBack();
    expect(predict()).toBe(3);
    expect(calls).toBe(0);
    expect(Object.hasOwn(layer, 'call')).toBe(false);
  });

  test("the layer's call becomes again what someone else has put there", () => {
    const { layer, predict } = dense();
    const call = layer.call.bind(layer);
    const hook: typeof layer.call = (inputs, kwargs) => call(inputs, kwargs);
    layer.call = hook;
    beforeFirstCall(layer, () => {});
    expect(layer.call).not.toBe(hook);
    predict();
    expect(layer.call).toBe(hook);
  });
});

describe('without an activation', () => {
  const activationOf = (layer: layers.Layer): unknown => (layer as { activation?: unknown }).activation;

  test('a layer puts out what it would activate, and has its activation again', () => {
    const { layer, predict } = dense('tanh');
    const activation = activationOf(layer);
    expect(withoutActivation(layer, predict)).toBe(3);
    expect(activationOf(layer)).toBe(activation);
    expect(predict()).toBeCloseTo(Math.tanh(3), 6);
  });

  test('the activation comes back where what is run throws', () => {
    const { layer } = dense('relu');
    const activation = activationOf(layer);
    expect(() =>
      withoutActivation(layer, () => {
        throw new Error('as a forward pass may');
      }),
    ).toThrow('as a forward pass may');
    expect(activationOf(layer)).toBe(activation);
  });

  test.each([
    ['that never has one', layers.flatten(), undefined],
    ['whose activation is null', Object.assign(layers.flatten(), { activation: null }), null],
  ])('a layer %s stays as it is', (_, layer, expected) => {
    const during = withoutActivation(layer, () => activationOf(layer));
    expect([during, activationOf(layer)]).toEqual([expected, expected]);
    expect('activation' in layer).toBe(expected === null);
  });
});
