import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Remedy } from '../../../src/index.js';
import { clipByValue, register } from '../../../src/index.js';
import { modelFacts } from '../../../src/layout/facts.js';
import { disposeFork, fork } from '../../../src/treat/fork.js';
import { planOf } from '../../../src/treat/plan.js';
import { applyRemedy } from '../../../src/treat/remedies/apply.js';
import type { RemedyContext } from '../../../src/treat/remedies/apply-remedy.js';

register({ replaceOrthogonal: true });
beforeEach(() => tf.setBackend('cpu'));

const remedy = (kind: Remedy['kind'], to: string | number, ...layers: string[]): Remedy => ({
  kind,
  layers,
  to,
  reason: '',
});
const scale = { mean: [0], std: [2] };

function perceptron(): tfl.LayersModel {
  const penalty = tfl.regularizers.l1l2({ l1: 0.5, l2: 2 });
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({
        units: 4,
        activation: 'sigmoid',
        inputShape: [3],
        name: 'a',
        kernelRegularizer: penalty,
      }),
      tfl.layers.dense({ units: 4, activation: 'relu', name: 'b', biasInitializer: 'ones' }),
      tfl.layers.dropout({ rate: 0.9, name: 'drop' }),
      tfl.layers.dense({ units: 1, name: 'out' }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.5), loss: 'meanSquaredError' });
  return model;
}

function branched(): tfl.LayersModel {
  const input = tfl.input({ shape: [3] });
  const a = tfl.layers.dense({ units: 4, activation: 'relu', name: 'a' }).apply(input) as tfl.SymbolicTensor;
  const inner = tfl.sequential({
    name: 'inner',
    layers: [tfl.layers.dense({ units: 4, activation: 'tanh', inputShape: [4], name: 'b' })],
  });
  const b = inner.apply(a) as tfl.SymbolicTensor;
  const sum = tfl.layers.add().apply([a, b]) as tfl.SymbolicTensor;
  const model = tfl.model({
    inputs: input,
    outputs: tfl.layers.dense({ units: 1, name: 'out' }).apply(sum) as tfl.SymbolicTensor,
  });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

function recurrent(layer: tfl.layers.Layer): tfl.LayersModel {
  const model = tfl.sequential({ layers: [layer, tfl.layers.dense({ units: 1, name: 'out' })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

/** The model after remedies, built and trained for a step. */
async function treated(model: tfl.LayersModel, ...remedies: Remedy[]): Promise<tfl.LayersModel> {
  const context: RemedyContext = { model: modelFacts(model), input: scale, target: scale };
  const plan = remedies.reduce(
    (before, each) => applyRemedy(before, each, context)!,
    planOf(model, undefined),
  );
  const copy = fork(plan, model);
  const shape = model.inputs[0]!.shape.map((size) => size ?? 2);
  await copy.trainOnBatch(tf.ones(shape), tf.ones([2, 1]));
  return copy;
}

const configs = (model: tfl.LayersModel) =>
  model.layers.map((layer): [string, Record<string, unknown>] => [layer.getClassName(), layer.getConfig()]);

describe('a remedy', () => {
  test('gives layers another activation', async () => {
    const model = await treated(perceptron(), remedy('activation', 'relu', 'a'));
    expect(configs(model)[0]![1]['activation']).toBe('relu');
    expect(configs(model)[1]![1]['activation']).toBe('relu');
  });

  test('puts activations behind layers where tfjs has them as layers alone', async () => {
    const model = await treated(branched(), remedy('activation', 'leakyRelu', 'a'));
    expect(configs(model).map(([name]) => name)).toContain('LeakyReLU');
    expect(model.getLayer('a').getConfig()['activation']).toBe('linear');
  });

  test('reaches into nested models', async () => {
    const model = await treated(branched(), remedy('activation', 'elu', 'inner/b'));
    expect((model.getLayer('inner') as tfl.Sequential).layers[0]!.getConfig()['activation']).toBe('elu');
  });

  test('draws kernels anew and sets biases to 0, and leaves other layers their weights', () => {
    const source = perceptron();
    const context: RemedyContext = { model: modelFacts(source), input: scale, target: scale };
    const plan = applyRemedy(planOf(source, undefined), remedy('initializer', 'heNormal', 'b'), context)!;
    const model = fork(plan, source);
    const weights = (of: tfl.LayersModel, name: string) =>
      of
        .getLayer(name)
        .getWeights()
        .map((each) => [...each.dataSync()]);
    expect(weights(model, 'b')[0]).not.toEqual(weights(source, 'b')[0]);
    expect([weights(source, 'b')[1], weights(model, 'b')[1]]).toEqual([
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]);
    expect(weights(model, 'a')).toEqual(weights(source, 'a'));
    expect(weights(model, 'out')).toEqual(weights(source, 'out'));
  });

  test('normalises what layers hand to their activation', async () => {
    const model = await treated(perceptron(), remedy('normalization', 'batchNormalization', 'a', 'b'));
    expect(
      configs(model)
        .map(([name]) => name)
        .join(' '),
    ).toBe('Dense BatchNormalization Activation Dense BatchNormalization Activation Dropout Dense');
    expect(configs(model)[1]![1]['momentum']).toBe(0.9);
    expect(configs(model)[2]![1]['activation']).toBe('sigmoid');
  });

  test('names what it adds after nothing that is there', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 4, activation: 'relu', inputShape: [3], name: 'a' }),
        tfl.layers.dropout({ rate: 0.1, name: 'a_activation' }),
        tfl.layers.dense({ units: 1, name: 'out' }),
      ],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const both = await treated(model, remedy('activation', 'leakyRelu', 'a'));
    expect(both.layers.map(({ name }) => name)).toEqual(['a', 'a_activation_', 'a_activation', 'out']);
  });

  test('lets moving averages forget sooner, and none later than it does', async () => {
    const normal = tfl.sequential({
      layers: [
        tfl.layers.batchNormalization({ name: 'slow', inputShape: [3] }),
        tfl.layers.batchNormalization({ name: 'fast', momentum: 0.5 }),
        tfl.layers.dense({ units: 1 }),
      ],
    });
    normal.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const model = await treated(normal, remedy('normalization', 'momentum 0.9', 'slow', 'fast'));
    expect(configs(model).map(([, { momentum }]) => momentum)).toEqual([0.9, 0.5, undefined]);
    const again = remedy('normalization', 'momentum 0.9', 'slow', 'fast');
    const context: RemedyContext = { model: modelFacts(model), input: scale, target: scale };
    expect(applyRemedy(planOf(model, undefined), again, context)).toBeNull();
  });

  test('leads around layers that keep their width', async () => {
    const model = await treated(perceptron(), remedy('residual', 'connection', 'a', 'b', 'out'));
    expect(
      configs(model)
        .map(([name]) => name)
        .join(' '),
    ).toBe('Dense GradientHealthResidual Dropout Dense');
  });

  test('changes rate, epsilon and class of the optimizer', async () => {
    const rate = await treated(perceptron(), remedy('learning-rate', 0.25));
    expect(rate.optimizer.getConfig()).toMatchObject({ learningRate: 0.25, beta1: 0.9 });
    const epsilon = await treated(perceptron(), remedy('optimizer', 1e-6));
    expect(epsilon.optimizer.getConfig()).toMatchObject({ learningRate: 0.5, epsilon: 1e-6 });
    const asRulesSay = await treated(perceptron(), remedy('optimizer', 'epsilon 1e-7'));
    expect(asRulesSay.optimizer.getConfig()).toMatchObject({ learningRate: 0.5, epsilon: 1e-7 });
    const adam = await treated(branched(), remedy('optimizer', 'adam(0.003)'));
    expect([adam.optimizer.getClassName(), adam.optimizer.getConfig()['learningRate']]).toEqual([
      'Adam',
      0.003,
    ]);
  });

  test('eases penalties and dropout', async () => {
    const eased = await treated(perceptron(), remedy('regularizer', 'a hundredth of it', 'a'));
    expect(configs(eased)[0]![1]['kernelRegularizer']).toMatchObject({ config: { l1: 0.005, l2: 0.02 } });
    const none = await treated(perceptron(), remedy('regularizer', 'none', 'a'));
    expect(configs(none)[0]![1]['kernelRegularizer'] ?? null).toBeNull();
    const dropped = await treated(perceptron(), remedy('regularizer', 0.2, 'drop'));
    expect(configs(dropped)[2]![1]['rate']).toBe(0.2);
  });

  test('takes another loss', async () => {
    const model = await treated(perceptron(), remedy('loss', 'meanAbsoluteError'));
    expect(model.loss).toBe('meanAbsoluteError');
  });

  test.each(['LSTM', 'GRU'])('puts an %s in the place of a simple recurrent layer', async (to) => {
    const simple = tfl.layers.simpleRNN({ units: 3, inputShape: [4, 2], name: 'r', goBackwards: true });
    const model = await treated(recurrent(simple), remedy('cell', to, 'r'));
    const [name, config] = configs(model)[0]!;
    expect([name, config['units'], config['goBackwards']]).toEqual([to, 3, true]);
  });

  test('opens forget gates', async () => {
    const lstm = tfl.layers.lstm({ units: 2, inputShape: [4, 2], name: 'r', unitForgetBias: false });
    const model = fork(
      applyRemedy(planOf(recurrent(lstm), undefined), remedy('forget-bias', 3, 'r'), {} as RemedyContext)!,
      recurrent(lstm),
    );
    // Gates stand in the order input, forget, cell, output.
    expect([...model.layers[0]!.getWeights()[2]!.dataSync()]).toEqual([0, 0, 3, 3, 0, 0, 0, 0]);
  });

  test.each<[string | number, string | undefined]>([
    ['clipByGlobalNorm(0.5)', 'clipByGlobalNorm(0.5)'],
    ['clipByValue(0.1)', 'clipByValue(0.1)'],
    ['skipNonFinite()', 'skipNonFinite()'],
    ['adaptiveClip', 'adaptiveClip(0.01)'],
    [2, 'clipByGlobalNorm(2)'],
    ['none', undefined],
  ])('clips by %s', (to, name) => {
    const plan = planOf(perceptron(), clipByValue(1));
    expect(applyRemedy(plan, remedy('clip', to), {} as RemedyContext)!.clip?.name).toBe(name);
  });

  test('standardises inputs and targets, once', () => {
    const context: RemedyContext = { model: null, input: scale, target: scale };
    const plan = applyRemedy(planOf(perceptron(), undefined), remedy('input-scale', 'standardize'), context)!;
    expect([plan.input, plan.target]).toEqual([scale, undefined]);
    expect(applyRemedy(plan, remedy('input-scale', 'standardize'), context)).toBeNull();
    expect(applyRemedy(plan, remedy('target-scale', 'standardize'), context)?.target).toBe(scale);
    // Other scales are up to the user.
    expect(applyRemedy(plan, remedy('target-scale', '0 to 1'), context)).toBeNull();
  });

  test.each<[string, Remedy]>([
    ['an unknown initialiser', remedy('initializer', 'magic', 'a')],
    ['an unknown clip', remedy('clip', 'magic')],
    ['no clip to take away', remedy('clip', 'none')],
    ['the rate it has', remedy('learning-rate', 0.5)],
    ['no layer', remedy('activation', 'relu')],
    ['no recurrent layer', remedy('cell', 'LSTM', 'a')],
    ['no penalty', remedy('regularizer', 'none', 'b')],
    ['no square layer', remedy('residual', 'connection', 'out')],
    ['the loss it has', remedy('loss', 'meanSquaredError')],
    ['what only the training loop can do', remedy('loss-scale', 1024)],
  ])('is refused for %s', (_, each) => {
    const model = perceptron();
    const context: RemedyContext = { model: modelFacts(model), input: undefined, target: undefined };
    expect(applyRemedy(planOf(model, undefined), each, context)).toBeNull();
  });
});

test('a fork leaves no tensor once it is disposed, whatever was changed', () => {
  const model = perceptron();
  const own = tf.memory().numTensors;
  const context: RemedyContext = { model: modelFacts(model), input: scale, target: scale };
  const plan = [
    remedy('initializer', 'heNormal', 'a'),
    remedy('normalization', 'batchNormalization', 'b'),
  ].reduce((before, each) => applyRemedy(before, each, context)!, planOf(model, undefined));
  disposeFork(fork(plan, model));
  expect(tf.memory().numTensors).toBe(own);
});
