import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { lsuv, rescaleInitialWeights } from 'gradient-health';
import { expect, test } from 'vitest';

/** A frozen model of two layers under a head: tfjs leaves `trainable` of the layers inside as it was. */
function transfer(compiled: boolean) {
  const backbone = tfl.sequential({
    name: 'backbone',
    layers: [
      tfl.layers.dense({ units: 8, inputShape: [8], name: 'pretrained', kernelInitializer: 'heNormal' }),
    ],
  });
  backbone.trainable = false;
  const head = tfl.layers.dense({ units: 4, name: 'head', kernelInitializer: 'heNormal' });
  const model = tfl.sequential({ layers: [backbone as tfl.layers.Layer, head] });
  if (compiled) model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const kernel = () => [...backbone.getWeights()[0]!.dataSync()];
  return { model, kernel };
}

test.each([false, true])('a frozen model within keeps its weights (compiled: %s)', (compiled) => {
  const { model, kernel } = transfer(compiled);
  const before = kernel();
  expect(lsuv(model, tf.randomNormal([64, 8], 0, 1, 'float32', 1)).map(({ layer }) => layer)).toEqual([
    'head',
  ]);
  expect(kernel()).toEqual(before);

  const other = transfer(compiled);
  const own = other.kernel();
  expect(rescaleInitialWeights(other.model).map(({ weight }) => weight)).toEqual(['head/kernel']);
  expect(other.kernel()).toEqual(own);
});
