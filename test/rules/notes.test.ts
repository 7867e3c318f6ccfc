import { expect, test } from 'vitest';
import type { Rule } from '../../src/record/finding.js';
import type { LayerFacts as Layer } from '../../src/record/run.js';
import { failing } from './facts.js';
import { chain, fallingLoss } from './histories.js';
import {
  frozenDropoutMask,
  ignoredConstraint,
  recurrentDropout,
  trainedWhileFrozen,
  untrainableLayer,
  zeroForgetBias,
} from './told.js';

const zeroBias = { initializers: { bias: 'Zeros' } };

test.each<[string, Rule, Partial<Layer>, Partial<Layer>]>([
  [
    'constraints that tfjs never applies',
    ignoredConstraint(),
    { constraints: { kernel: 'MaxNorm(2, 0)' } },
    {},
  ],
  [
    'a forget gate that starts half shut',
    zeroForgetBias(),
    { className: 'LSTM', ...zeroBias },
    { className: 'LSTM', ...zeroBias, config: { unitForgetBias: true } },
  ],
  [
    'recurrent dropout of a GRU',
    recurrentDropout(),
    { className: 'GRU', config: { recurrentDropout: 0.2 } },
    { className: 'LSTM', config: { recurrentDropout: 0.2 } },
  ],
  [
    'recurrent dropout of a GRU, unless this library computes it',
    recurrentDropout(),
    { className: 'GRU', config: { recurrentDropout: 0.2 } },
    { className: 'GRU', config: { recurrentDropout: 0.2 }, fused: true },
  ],
  [
    'dropout of a cell in an rnn layer',
    frozenDropoutMask(),
    { className: 'RNN', config: { dropout: 0.2 } },
    { className: 'LSTM', config: { dropout: 0.2 } },
  ],
  [
    'dropout of a cell, unless it is one of this library',
    frozenDropoutMask(),
    { className: 'LSTMCell', config: { dropout: 0.2 } },
    { className: 'GradientHealthLSTMCell', config: { dropout: 0.2, candidateDropout: 0 } },
  ],
  [
    'frozen layers that move',
    trainedWhileFrozen(),
    { config: { trainable: false } },
    { config: { trainable: true } },
  ],
])('notes %s, with no word against the run', (_title, rule, sick, healthy) => {
  const run = (layer: Partial<Layer>) =>
    failing({
      steps: 3,
      loss: fallingLoss,
      model: chain([{ path: 'h1', ...layer }, { path: 'out' }]),
      gradients: () => ({ 'h1/kernel': 1 }),
    });

  expect(rule.check(run(sick))).toMatchObject([{ rule: rule.id, severity: 'info', where: 'h1' }]);
  expect(rule.check(run(healthy))).toEqual([]);
  expect(rule.check({ ...run(sick), steps: [] })).toEqual([]);
});

test('layers that a backend cannot train are named, by what a probe found or by what wasm lacks', () => {
  const run = (name: string, missingKernels?: string[]) => ({
    ...failing({
      steps: 3,
      model: chain([
        { path: 'conv', className: 'Conv2D' },
        { path: 'look', className: 'Embedding' },
        { path: 'out' },
      ]),
    }),
    backend: { name, epsilon: 1e-7, ...(missingKernels && { missingKernels }) },
  });
  expect(untrainableLayer().check(run('wasm'))).toMatchObject([{ where: 'conv', evidence: { layers: 2 } }]);
  expect(untrainableLayer().check(run('wasm', ['UnsortedSegmentSum']))).toMatchObject([{ where: 'look' }]);
  expect(untrainableLayer().check(run('cpu'))).toEqual([]);
});

test('a GRU with recurrent dropout is a warning where its state grows a thousandfold, whatever the loss does', () => {
  const after = (steps: number, rate: number) => {
    const hiddenGradientNorms = Array.from({ length: steps }, () => 1);
    return recurrentDropout().check(
      failing({
        steps: 3,
        loss: fallingLoss,
        model: chain([
          { path: 'gru', className: 'GRU', config: { recurrentDropout: rate } },
          { path: 'out' },
        ]),
        change: (record) =>
          record.step === 1 ? { ...record, throughTime: { gru: { hiddenGradientNorms } } } : record,
      }),
    );
  };
  expect(after(10, 0.5)).toMatchObject([{ severity: 'warning' }]);
  expect(after(9, 0.5)).toMatchObject([{ severity: 'info' }]);
  expect(after(31, 0.2)).toMatchObject([{ severity: 'warning' }]);
  expect(after(30, 0.2)).toMatchObject([{ severity: 'info' }]);
  expect(after(30, 1)).toMatchObject([{ severity: 'warning' }]);
});

test('a GRU with recurrent dropout is a warning where training fails', () => {
  const model = chain(
    [
      { path: 'gru', className: 'GRU', config: { recurrentDropout: 0.2 } },
      { path: 'out', activation: 'sigmoid' },
    ],
    'binaryCrossentropy',
  );
  expect(recurrentDropout().check(failing({ model }))).toMatchObject([{ severity: 'warning' }]);
});
