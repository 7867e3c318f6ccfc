import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import type { Remedy } from '../../../src/index.js';
import { stats } from '../../../src/index.js';
import { modelFacts } from '../../../src/layout/facts.js';
import { disposeFork, fork } from '../../../src/treat/fork.js';
import { planOf } from '../../../src/treat/plan.js';
import { applyRemedy } from '../../../src/treat/remedies/apply.js';

const units = 64;
const remedy = (to: Remedy['to'], ...layers: string[]): Remedy => ({
  kind: 'initializer',
  layers,
  to,
  reason: '',
});

function plain(layer: tfl.layers.Layer): tfl.LayersModel {
  const model = tfl.sequential({ layers: [layer] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}
const dense = () =>
  plain(tfl.layers.dense({ name: 'a', units, inputShape: [units], kernelInitializer: 'zeros' }));

/** The kernel of the layer after the remedy. */
function drawn(model: tfl.LayersModel, to: string): Float32Array {
  const context = { model: modelFacts(model), input: undefined, target: undefined };
  const plan = applyRemedy(planOf(model, undefined), remedy(to, 'a'), context)!;
  const copy = fork(plan, model);
  const values = copy.getLayer('a').getWeights()[0]!.dataSync<'float32'>().slice();
  disposeFork(copy);
  return values;
}

// 64 inputs and 64 outputs; the mean square of 4096 draws has a deviation of at most 1.2 / 64 of it, a tenth is five of them.
test.each([
  ['heNormal', 2 / 64],
  ['heUniform', 2 / 64],
  ['lecunNormal', 1 / 64],
  ['lecunUniform', 1 / 64],
  ['xavierNormal', 2 / 128],
  ['xavierUniform', 2 / 128],
  // Rows of length 1: exactly 1 / 64.
  ['orthogonal', 1 / 64],
])('the remedy %s draws kernels of its variance', (to, variance) => {
  const values = drawn(dense(), to);
  const meanSquare = stats.summarize(values).norm ** 2 / values.length;
  expect(Math.abs(meanSquare / variance - 1)).toBeLessThan(0.1);
});

test('both kernels of a separable convolution are drawn anew', () => {
  const layer = tfl.layers.separableConv2d({
    name: 'a',
    filters: 4,
    kernelSize: 3,
    inputShape: [8, 8, 4],
    depthwiseInitializer: 'zeros',
    pointwiseInitializer: 'zeros',
  });
  const model = plain(layer);
  const context = { model: modelFacts(model), input: undefined, target: undefined };
  const plan = applyRemedy(planOf(model, undefined), remedy('heNormal', 'a'), context)!;
  const copy = fork(plan, model);
  const [depthwise, pointwise] = copy.getLayer('a').getWeights();
  for (const kernel of [depthwise, pointwise])
    expect(kernel!.dataSync().every((value) => value === 0)).toBe(false);
  disposeFork(copy);
});

test.each([
  ['an initialiser that it does not know', 'constructor', ['a']],
  ['a number', 3, ['a']],
  ['no layers', 'heNormal', []],
] as const)('there is nothing to apply to %s', (_, to, layers) => {
  const model = dense();
  const context = { model: modelFacts(model), input: undefined, target: undefined };
  expect(applyRemedy(planOf(model, undefined), remedy(to, ...layers), context)).toBeNull();
});
