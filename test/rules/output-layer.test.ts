import { describe, expect, test } from 'vitest';
import type { LayerFacts, ModelFacts } from '../../src/record/run.js';
import { lossKind, lossName, outputLayer } from '../../src/rules/output-layer.js';
import { chain, history } from './histories.js';

type Layer = Partial<LayerFacts> & { readonly path: string };
const of = (model: ModelFacts | null) => history({ steps: 1, model });
const output = (...layers: Layer[]) => outputLayer(of(chain(layers)));

const first: Layer = { path: 'first', activation: 'relu', weights: { kernel: [4, 8], bias: [8] } };
const dense: Layer = { path: 'dense', activation: 'softmax', weights: { kernel: [8, 3], bias: [3] } };

describe('outputLayer', () => {
  test('is the one layer whose output the model returns, with its activation and units', () => {
    expect(output(first, dense)).toEqual({ path: 'dense', activation: 'softmax', units: 3 });
    expect(output({ ...first, isOutput: true }, { ...dense, isOutput: false })).toEqual({
      path: 'first',
      activation: 'relu',
      units: 8,
    });
  });

  test('is not known without a model, without an output and with several', () => {
    expect(outputLayer(of(null))).toBeNull();
    expect(output()).toBeNull();
    expect(output(first, { ...dense, isOutput: false })).toBeNull();
    expect(output({ ...first, isOutput: true }, dense)).toBeNull();
  });

  test('has an empty activation where none is known', () => {
    expect(output({ path: 'own' })).toEqual({ path: 'own', activation: '', units: undefined });
  });

  test.each([
    ['the last side of the kernel', { kernel: [3, 3, 8, 5], bias: [7] }, 5],
    ['the bias without a kernel', { depthwiseKernel: [3, 3, 8, 1], bias: [7] }, 7],
    ['nothing else', { gamma: [7] }, undefined],
  ])('counts units by %s', (_, weights, units) => {
    expect(output(first, { ...dense, weights })?.units).toBe(units);
  });

  test('counts units by the nearest layer with weights, through layers of any kind without', () => {
    const own = [{ path: 'own' }, { path: 'norm', className: 'UnitNormalization' }];
    expect(output(first, dense, ...own)).toEqual({ path: 'norm', activation: '', units: 3 });
  });

  test('knows no units behind a layer that joins several', () => {
    expect(output(first, dense, { path: 'sum', inbound: ['dense', 'first'] })?.units).toBeUndefined();
    expect(output(first, dense, { path: 'sum', inbound: [] })?.units).toBeUndefined();
    expect(output(first, dense, { path: 'sum', inbound: ['elsewhere'] })?.units).toBeUndefined();
  });

  const top = (className: string): Layer => ({ path: 'top', className, activation: 'sigmoid' });

  test.each([
    'Dropout',
    'Flatten',
    'Reshape',
    'Permute',
    'GaussianNoise',
    'GaussianDropout',
    'AlphaDropout',
    'Masking',
  ])('sees through %s, at the end and below an activation', (className) => {
    const pass = { className, activation: 'linear' };
    expect(output(first, dense, { ...pass, path: 'p1' }, { ...pass, path: 'p2' })).toEqual({
      path: 'dense',
      activation: 'softmax',
      units: 3,
    });
    expect(
      output(first, dense, { ...pass, path: 'p1' }, { ...pass, path: 'p2' }, top('Activation')),
    ).toMatchObject({ path: 'top', inner: { path: 'dense' } });
  });

  test.each(['MyDropout', 'Dropout2', 'FlattenAll', 'ZeroMasking'])(
    'does not see through %s',
    (className) => {
      expect(output(first, dense, { path: 'own', className })?.path).toBe('own');
    },
  );

  test.each(['Activation', 'Softmax', 'ReLU', 'LeakyReLU', 'ELU', 'PReLU', 'ThresholdedReLU'])(
    'tells the activation of the layer below %s, which is no more than an activation',
    (className) => {
      expect(output(first, dense, top(className))).toEqual({
        path: 'top',
        activation: 'sigmoid',
        units: 3,
        inner: { path: 'dense', activation: 'softmax' },
      });
    },
  );

  test.each(['MySoftmax', 'Softmax2', 'CReLU', 'Dense'])('tells none below %s', (className) => {
    expect(output(first, dense, top(className))).toEqual({ path: 'top', activation: 'sigmoid', units: 3 });
  });

  test('tells none below where the layer has none, or there is no such layer', () => {
    const plain = { path: 'plain', weights: { kernel: [4, 2] } };
    expect(output(plain, top('Activation'))).toEqual({ path: 'top', activation: 'sigmoid', units: 2 });
    expect(output(top('Activation'))).toEqual({ path: 'top', activation: 'sigmoid', units: undefined });
  });

  test('takes a linear activation for none', () => {
    const linear = { path: 'top', className: 'Activation', activation: 'linear' };
    expect(output(first, dense, linear)).toEqual({ path: 'dense', activation: 'softmax', units: 3 });
    expect(output(linear)).toEqual({ path: 'top', activation: 'linear', units: undefined });
    expect(output(first, dense, { ...linear, activation: 'tanh' })?.path).toBe('top');
  });

  test('ends where the facts of layers run in a circle', () => {
    const circle = (className: string): Layer => ({ path: 'it', className, inbound: ['it'] });
    expect(output(circle('Dropout'))).toMatchObject({ path: 'it', units: undefined });
    expect(output(circle('Add'))).toMatchObject({ path: 'it', units: undefined });
    const below = { ...circle('Dropout'), path: 'it', isOutput: false };
    expect(output(below, { ...top('Activation'), inbound: ['it'] })).toEqual({
      path: 'top',
      activation: 'sigmoid',
      units: undefined,
    });
  });
});

const losing = (loss: string | readonly string[]) => of({ ...chain([dense]), loss });

describe('lossName', () => {
  test.each([
    ['meanSquaredError', 'meansquarederror'],
    ['mean_squared_error', 'meansquarederror'],
    [['MSE', 'binary_crossentropy'], 'mse binarycrossentropy'],
  ])('of %j is %s', (loss, name) => {
    expect(lossName(losing(loss))).toBe(name);
  });

  test('is empty without a model', () => {
    expect(lossName(of(null))).toBe('');
  });
});

describe('lossKind', () => {
  test.each([
    ['softmaxCrossEntropy', 'logits'],
    ['sigmoid_cross_entropy', 'logits'],
    ['crossEntropyFromLogits', 'logits'],
    ['binaryCrossentropy', 'binary'],
    ['binary_crossentropy', 'binary'],
    ['categoricalCrossentropy', 'categorical'],
    ['sparse_categorical_crossentropy', 'categorical'],
    ['mse', 'regression'],
    ['mae', 'regression'],
    ['mape', 'regression'],
    ['msle', 'regression'],
    ['logcosh', 'regression'],
    ['huber', 'regression'],
    ['huberLoss', 'regression'],
    ['absoluteDifference', 'regression'],
    ['meanSquaredError', 'regression'],
    ['mean_absolute_percentage_error', 'regression'],
    ['meanSquaredLogarithmicError', 'regression'],
  ])('of %s is %s', (loss, kind) => {
    expect(lossKind(losing(loss))).toBe(kind);
  });

  test.each([
    'hinge',
    'meanHinge',
    'rmse',
    'mse2',
    'rootMeanSquaredError',
    'smoothHuber',
    'focalBinaryCrossentropy',
    'binaryCrossentropyOfMine',
    'focalCategoricalCrossentropy',
    'categoricalCrossentropyOfMine',
  ])('of %s, which may mean anything, is other', (loss) => {
    expect(lossKind(losing(loss))).toBe('other');
  });
});
