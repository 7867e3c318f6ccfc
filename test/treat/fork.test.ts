import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeEach, expect, test } from 'vitest';
import { layers } from '../../src/index.js';
import { disposeFork, fork } from '../../src/treat/fork.js';
import { planOf } from '../../src/treat/plan.js';

beforeEach(async () => {
  await tf.setBackend('cpu');
});

test('a model that is frozen within its model stays so', () => {
  const frozen = tfl.sequential({
    name: 'frozen',
    layers: [tfl.layers.dense({ units: 3, inputShape: [3], name: 'a' })],
  });
  const free = tfl.sequential({
    name: 'free',
    layers: [tfl.layers.dense({ units: 3, inputShape: [3], name: 'b' })],
  });
  const outer = tfl.sequential({
    name: 'outer',
    layers: [frozen as tfl.layers.Layer, free as tfl.layers.Layer],
  });
  frozen.trainable = false;
  const model = tfl.sequential({
    layers: [outer as tfl.layers.Layer, tfl.layers.dense({ units: 1, name: 'head' })],
  });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  const names = (of: tfl.LayersModel) => of.trainableWeights.map(({ originalName }) => originalName);
  const copy = fork(planOf(model, undefined), model);
  expect(names(copy)).toEqual(names(model));
  expect(names(copy)).toEqual(['b/kernel', 'b/bias', 'head/kernel', 'head/bias']);
  disposeFork(copy);
});

test.each([
  ['lstm', () => layers.lstm({ units: 3, inputShape: [4, 2], name: 'memory', recurrentClipNorm: 1 })],
  ['gru, reset after', () => layers.gru({ units: 3, inputShape: [4, 2], name: 'memory' })],
  [
    'gru, reset before',
    () => layers.gru({ units: 3, inputShape: [4, 2], name: 'memory', resetAfter: false }),
  ],
] as const)('a fused %s can be drawn anew, and its weights are of the same shapes', (_, layer) => {
  const model = tfl.sequential({ layers: [layer(), tfl.layers.dense({ units: 1, name: 'head' })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const plan = { ...planOf(model, undefined), redrawn: new Set(['memory']) };
  const copy = fork(plan, model);
  const shapes = (of: tfl.LayersModel) => of.getWeights().map(({ shape }) => shape);
  expect(shapes(copy)).toEqual(shapes(model));
  const [own, drawn] = [model, copy].map((of) => of.getLayer('memory').getWeights()[0]!.dataSync());
  expect(drawn).not.toEqual(own);
  expect(copy.getLayer('head').getWeights()[0]!.dataSync()).toEqual(
    model.getLayer('head').getWeights()[0]!.dataSync(),
  );
  disposeFork(copy);
  model.dispose();
});
