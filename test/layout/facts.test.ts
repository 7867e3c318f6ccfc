import { zeros } from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { layers as fused } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { modelFacts } from '../../src/layout/facts.js';

describe('the facts of a model', () => {
  test('hold the shape of every weight by its name', () => {
    const model = sequential({
      layers: [
        layers.embedding({ inputDim: 7, outputDim: 5, inputLength: 3 }),
        layers.lstm({ units: 4, recurrentInitializer: 'zeros' }),
        layers.dense({ units: 2, useBias: false }),
        layers.activation({ activation: 'tanh' }),
      ],
    });
    model.predict(zeros([1, 3]));
    expect(modelFacts(model).layers.map(({ weights }) => weights)).toEqual([
      { embeddings: [7, 5] },
      // Four gates of 4 units.
      { kernel: [5, 16], recurrent_kernel: [4, 16], bias: [16] },
      { kernel: [4, 2] },
      undefined,
    ]);
  });

  test('hold what a layer is configured with, and what for each weight', () => {
    const model = sequential({
      layers: [
        layers.lstm({
          units: 4,
          inputShape: [3, 2],
          recurrentInitializer: 'zeros',
          recurrentDropout: 0.5,
          recurrentRegularizer: 'l1l2',
        }),
        layers.dense({ units: 1, kernelConstraint: 'nonNeg', trainable: false }),
      ],
    });
    expect(modelFacts(model).layers).toMatchObject([
      {
        config: { recurrentDropout: 0.5, trainable: true },
        regularizers: { recurrent_kernel: 'L1L2(0.01, 0.01)' },
      },
      { config: { units: 1, trainable: false }, constraints: { kernel: 'NonNeg' } },
    ]);
  });

  test.each(['sequential', 'functional'])(
    'know the chain behind a nested %s model that comes first',
    (kind) => {
      const [a, b] = [
        layers.dense({ units: 3, inputShape: [4], name: 'a' }),
        layers.dense({ units: 3, name: 'b' }),
      ];
      const ends = input({ shape: [4] });
      const inner =
        kind === 'sequential'
          ? sequential({ name: 'inner', layers: [a, b] })
          : model({ name: 'inner', inputs: ends, outputs: b.apply(a.apply(ends)) as SymbolicTensor });
      const whole = sequential({ layers: [inner as layers.Layer, layers.dense({ units: 1, name: 'head' })] });
      whole.predict(zeros([1, 4]));
      expect(modelFacts(whole).layers).toMatchObject([
        { path: 'inner/a', depth: 0, inbound: [], isOutput: false },
        { path: 'inner/b', depth: 1, inbound: ['inner/a'], isOutput: false },
        { path: 'head', depth: 2, inbound: ['inner/b'], isOutput: true },
      ]);
    },
  );

  test('know the chain of a Sequential that is not built yet', () => {
    const model = sequential({ layers: [layers.dense({ units: 3, inputShape: [4], name: 'a' })] });
    model.add(layers.dense({ units: 3, name: 'b' }));
    model.add(layers.dense({ units: 1, name: 'c' }));
    const chain = [
      { path: 'a', depth: 0, inbound: [], isOutput: false },
      { path: 'b', depth: 1, inbound: ['a'], isOutput: false },
      { path: 'c', depth: 2, inbound: ['b'], isOutput: true },
    ];
    expect(modelFacts(model).layers).toMatchObject(chain);
    model.build();
    expect(modelFacts(model).layers).toMatchObject(chain);
  });
});

test('a recurrent layer of this library is told from one of tfjs', () => {
  const inputShape = [4, 2];
  const model = sequential({
    layers: [
      fused.gru({ units: 2, returnSequences: true, resetAfter: false, inputShape }),
      layers.gru({ units: 2, recurrentInitializer: 'ones' }),
    ],
  });
  expect(modelFacts(model).layers.map(({ className, fused: ours }) => [className, ours])).toEqual([
    ['GRU', true],
    ['GRU', undefined],
  ]);
});
