import { describe, expect, test } from 'vitest';
import type { Rule } from '../../src/record/finding.js';
import type { LayerFacts, Run, StepRecord } from '../../src/record/run.js';
import {
  frozenDropoutMask,
  ignoredConstraint,
  recurrentDropout,
  trainedWhileFrozen,
  zeroForgetBias,
} from '../../src/rules/index.js';
import { layerNote } from '../../src/rules/layer-note.js';
import { failing, weightsOf } from './facts.js';
import { chain, fallingLoss } from './histories.js';

const runOf = (layer: Partial<LayerFacts>, parts = {}): Run =>
  failing({
    steps: 3,
    loss: fallingLoss,
    model: chain([{ path: 'h1', ...layer }, { path: 'out' }], 'binaryCrossentropy'),
    ...parts,
  });
const isNoted = (rule: Rule, layer: Partial<LayerFacts>): boolean => rule.check(runOf(layer)).length > 0;

const dropout = { config: { dropout: 0.2 } };
const recurrent = { config: { recurrentDropout: 0.2 } };
const zeroBias = { initializers: { bias: 'Zeros' } };

test.each<[string, Rule, string, Partial<LayerFacts>, boolean]>([
  ['frozen masks', frozenDropoutMask(), 'RNN', dropout, true],
  ['frozen masks', frozenDropoutMask(), 'GRUCell', dropout, true],
  ['frozen masks', frozenDropoutMask(), 'SimpleRNN', dropout, false],
  ['frozen masks', frozenDropoutMask(), 'RNNBlock', dropout, false],
  ['frozen masks', frozenDropoutMask(), 'CellGrid', dropout, false],
  ['growing states', recurrentDropout(), 'GRU', recurrent, true],
  ['growing states', recurrentDropout(), 'GRUCell', recurrent, true],
  ['growing states', recurrentDropout(), 'GradientHealthGRU', recurrent, false],
  ['growing states', recurrentDropout(), 'GRUCells', recurrent, false],
  ['growing states', recurrentDropout(), 'GRUBlock', recurrent, false],
  ['forget gates', zeroForgetBias(), 'LSTM', zeroBias, true],
  ['forget gates', zeroForgetBias(), 'LSTMCell', zeroBias, true],
  ['forget gates', zeroForgetBias(), 'GradientHealthLSTM', zeroBias, false],
  ['forget gates', zeroForgetBias(), 'LSTMBlock', zeroBias, false],
])('%s are looked for by %j in %s', (_what, rule, className, facts, noted) => {
  expect(isNoted(rule, { className, ...facts })).toBe(noted);
});

describe('frozenDropoutMask', () => {
  test.each<[Partial<LayerFacts>, boolean]>([
    [{ config: { dropout: 0.1, recurrentDropout: 0 } }, true],
    [{ config: { dropout: 0, recurrentDropout: 0.1 } }, true],
    [recurrent, true],
    [{ config: { dropout: 0, recurrentDropout: 0 } }, false],
    [{ config: { units: 8 } }, false],
    [{}, false],
  ])('a cell with %j is noted: %s', (facts, noted) => {
    expect(isNoted(frozenDropoutMask(), { className: 'LSTMCell', ...facts })).toBe(noted);
  });
});

describe('recurrentDropout', () => {
  test.each([{ config: { recurrentDropout: 0 } }, dropout, {}])('a GRU with %j is not noted', (facts) => {
    expect(isNoted(recurrentDropout(), { className: 'GRU', ...facts })).toBe(false);
  });
});

describe('zeroForgetBias', () => {
  test.each<[Partial<LayerFacts>, boolean]>([
    [{ ...zeroBias, config: { unitForgetBias: false } }, true],
    [{ initializers: { bias: 'Ones' } }, false],
    [{ initializers: { kernel: 'Zeros' } }, false],
    [{}, false],
  ])('an LSTM with %j is noted: %s', (facts, noted) => {
    expect(isNoted(zeroForgetBias(), { className: 'LSTM', ...facts })).toBe(noted);
  });
});

describe('ignoredConstraint', () => {
  test.each([{ constraints: {} }, {}])('a layer with %j has none', (facts) => {
    expect(isNoted(ignoredConstraint(), facts)).toBe(false);
  });
});

describe('trainedWhileFrozen', () => {
  const check = (updates: Readonly<Record<string, number>>, change = (record: StepRecord) => record) => {
    const norms = Object.fromEntries(
      Object.entries(updates).map(([key, updateNorm]) => [key, { updateNorm }]),
    );
    const gradients = () => Object.fromEntries(Object.keys(updates).map((key) => [key, 1]));
    const frozen = { config: { trainable: false } };
    return trainedWhileFrozen().check(
      runOf(frozen, { gradients, change: (record: StepRecord) => change(weightsOf(norms)(record)) }),
    );
  };

  test('one weight that moves is enough, of any kind', () => {
    expect(check({ 'h1/kernel': 0, 'h1/bias': 0.1 })).toHaveLength(1);
    expect(check({ 'h1/kernel': 0.1, 'h1/bias': 0 })).toHaveLength(1);
    expect(check({ 'h1/kernel': 0.1 })).toHaveLength(1);
    expect(check({ 'h1/gamma': 0.1 })).toHaveLength(1);
    expect(check({ 'h1/kernel': 0.1, 'out/kernel': 0.1 })).toHaveLength(1);
  });

  test('weights that stay, and those of other layers, are as they should be', () => {
    expect(check({ 'h1/kernel': 0, 'h1/bias': 0 })).toEqual([]);
    expect(check({ 'h1/kernel': 0, 'out/kernel': 0.1 })).toEqual([]);
    expect(check({ 'out/kernel': 0.1 })).toEqual([]);
  });

  test('the newest step counts: what moved before may have been frozen since', () => {
    const since = (step: number) => (record: StepRecord) =>
      record.step < step ? record : weightsOf({ '*': { updateNorm: 0 } })(record);
    expect(check({ 'h1/kernel': 0.1 }, since(2))).toEqual([]);
    expect(check({ 'h1/kernel': 0.1 }, since(3))).toHaveLength(1);
  });
});

test.each<[Rule, Partial<LayerFacts>]>([
  [frozenDropoutMask(), { className: 'RNN', ...dropout }],
  [zeroForgetBias(), { className: 'LSTM', ...zeroBias }],
  [ignoredConstraint(), { constraints: { kernel: 'NonNeg' } }],
  [trainedWhileFrozen(), { config: { trainable: false } }],
])('%j stays a note where training fails', (rule, layer) => {
  const run = failing({
    model: chain([{ path: 'h1', ...layer }, { path: 'out' }], 'binaryCrossentropy'),
    gradients: () => ({ 'h1/kernel': 1 }),
  });
  expect(rule.check(run)).toMatchObject([{ severity: 'info' }]);
});

describe('layerNote', () => {
  const note = { id: 'n', applies: () => true, message: 'note.', failing: 'warning' } as const;

  test('names what it explains, if anything', () => {
    expect(layerNote({ ...note, explains: ['loss-plateau'] }).explains).toEqual(['loss-plateau']);
    expect(layerNote(note)).not.toHaveProperty('explains');
  });

  test('counts the layers beyond the first, and needs a model', () => {
    expect(layerNote(note).check(runOf({}))).toMatchObject([
      {
        where: 'h1',
        severity: 'info',
        message: 'h1 (and 1 more): note.',
        evidence: { layers: 2 },
        remedies: [],
      },
    ]);
    expect(layerNote(note).check({ ...runOf({}), model: null })).toEqual([]);
  });
});
