import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { kindOf, type WeightKind } from '../../src/layout/kind.js';

/** Builds the layer and names the kind of each of its weights, in order. */
function kindsOf(layer: layers.Layer, inputShape: Shape): WeightKind[] {
  const owner = (layer as { cell?: layers.Layer }).cell ?? layer;
  layer.build([null, ...inputShape]);
  return owner.weights.map((weight) =>
    kindOf(owner.getClassName(), weight.originalName, weight.shape as number[]),
  );
}

describe('kindOf tells the weights of', () => {
  test.each<[string, layers.Layer, Shape, WeightKind[]]>([
    ['dense', layers.dense({ units: 3 }), [2], ['dense', 'vector']],
    ['conv1d', layers.conv1d({ filters: 3, kernelSize: 2 }), [8, 2], ['conv', 'vector']],
    ['conv2d', layers.conv2d({ filters: 3, kernelSize: 2 }), [8, 8, 2], ['conv', 'vector']],
    ['conv3d', layers.conv3d({ filters: 3, kernelSize: 2 }), [8, 8, 8, 2], ['conv', 'vector']],
    [
      'conv2dTranspose',
      layers.conv2dTranspose({ filters: 3, kernelSize: 2 }),
      [8, 8, 2],
      ['transposed', 'vector'],
    ],
    ['depthwiseConv2d', layers.depthwiseConv2d({ kernelSize: 2 }), [8, 8, 2], ['depthwise', 'vector']],
    [
      'separableConv2d',
      layers.separableConv2d({ filters: 3, kernelSize: 2 }),
      [8, 8, 2],
      ['depthwise', 'conv', 'vector'],
    ],
    ['embedding', layers.embedding({ inputDim: 5, outputDim: 3 }), [4], ['embedding']],
    [
      'batchNormalization',
      layers.batchNormalization(),
      [8, 2],
      // gamma, beta, moving mean and variance
      ['vector', 'vector', 'vector', 'vector'],
    ],
    [
      'layerNormalization over two axes',
      layers.layerNormalization({ axis: [1, 2] }),
      [8, 2],
      ['vector', 'vector'],
    ],
    ['prelu, with a slope for each pixel', layers.prelu(), [8, 8, 2], ['vector']],
  ])('%s', (_, layer, inputShape, kinds) => {
    expect(kindsOf(layer, inputShape)).toEqual(kinds);
  });

  // With zeros, since tfjs's default recurrent initialiser cannot run with modular imports.
  const recurrent = { units: 3, recurrentInitializer: 'zeros' } as const;
  const kinds: WeightKind[] = ['recurrent', 'recurrent', 'vector'];
  test.each<[string, layers.Layer, Shape]>([
    ['simpleRNN', layers.simpleRNN(recurrent), [4, 2]],
    ['gru', layers.gru(recurrent), [4, 2]],
    ['lstm', layers.lstm(recurrent), [4, 2]],
    ['rnn over a cell', layers.rnn({ cell: layers.lstmCell(recurrent) }), [4, 2]],
    [
      'convLstm2d',
      layers.convLstm2d({ filters: 3, kernelSize: 2, recurrentInitializer: 'zeros' }),
      [4, 8, 8, 2],
    ],
  ])('%s, by its cell', (_, layer, inputShape) => {
    expect(kindsOf(layer, inputShape)).toEqual(kinds);
  });
});

describe('kindOf', () => {
  test.each(['LSTM', 'GRU', 'SimpleRNN', 'RNN', 'Bidirectional', 'StackedRNNCells'])(
    'takes the kernel of a %s for that of its cell',
    (className) => {
      expect(kindOf(className, 'kernel', [2, 12])).toBe('recurrent');
    },
  );

  test('tells a transposed convolution in three dimensions', () => {
    expect(kindOf('Conv3DTranspose', 'kernel', [2, 2, 2, 4, 3])).toBe('transposed');
  });

  test('reads the names that tfjs makes of a weight', () => {
    expect(kindOf('Dense', 'encoder/dense_1/kernel', [2, 3])).toBe('dense');
    expect(kindOf('Dense', 'dense_1/kernel_2', [2, 3])).toBe('dense');
    expect(kindOf('LSTM', 'lstm_1/recurrent_kernel_12', [3, 12])).toBe('recurrent');
  });

  test('takes the bias of a GRU with two rows for a vector', () => {
    expect(kindOf('GRU', 'bias', [2, 9])).toBe('vector');
  });

  test('takes every weight of rank 0 or 1 for a vector', () => {
    expect(kindOf('MyLayer', 'temperature', [])).toBe('vector');
    expect(kindOf('MyLayer', 'kernel', [7])).toBe('vector');
  });

  test('does not guess what it does not know', () => {
    expect(kindOf('MyLayer', 'kernel', [2, 3])).toBe('unknown');
    expect(kindOf('Dense', 'mixing', [2, 3])).toBe('unknown');
    // Names every object has are not names of weights.
    expect(kindOf('constructor', 'kernel', [2, 3])).toBe('unknown');
    expect(kindOf('MyLayer', 'toString', [2, 3])).toBe('unknown');
  });
});
