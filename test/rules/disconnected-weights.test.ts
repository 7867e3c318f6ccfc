import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/record/finding.js';
import type { Run, StepRecord } from '../../src/record/run.js';
import { flatLoss, type Gradient, history, stack } from './histories.js';
import { disconnectedWeights } from './told.js';

const check = (run: Run): Finding[] => disconnectedWeights().check(run);
const of = (first: Gradient) => ({ 'h1/kernel': first, 'h1/bias': first, 'h2/kernel': 1, 'out/kernel': 1 });
const model = stack(2, { activation: 'relu' });

describe('disconnectedWeights', () => {
  test('names weights that no gradient ever reached', () => {
    expect(check(history({ steps: 20, loss: flatLoss, model, gradients: () => of(null) }))).toMatchObject([
      {
        rule: 'disconnected-weights',
        severity: 'warning',
        where: 'h1',
        firstStep: 0,
        lastStep: 19,
        evidence: { layers: 1 },
        message: expect.stringContaining('h1: no gradient reached its weights in any of 20 recorded steps'),
      },
    ]);
  });

  test('takes weights that lost theirs to be frozen on purpose', () => {
    const frozen = (step: number) => of(step < 5 ? 1 : null);

    expect(check(history({ steps: 30, loss: flatLoss, model, gradients: frozen }))).toEqual([]);
  });

  test('is silent on gradients of zeros, and on less than three records', () => {
    expect(check(history({ steps: 20, loss: flatLoss, model, gradients: () => of(0) }))).toEqual([]);
    expect(check(history({ steps: 2, loss: flatLoss, model, gradients: () => of(null) }))).toEqual([]);
  });

  test('is silent where something else trains weights of the model too', () => {
    const change = (record: StepRecord): StepRecord =>
      record.step === 9 ? { ...record, movedElsewhere: true } : record;
    expect(check(history({ steps: 20, loss: flatLoss, model, gradients: () => of(null), change }))).toEqual(
      [],
    );
  });

  test('tells of several by the first of them', () => {
    const none = () => ({ 'h1/kernel': null, 'h2/kernel': null, 'out/kernel': 1 });

    expect(check(history({ steps: 3, loss: flatLoss, model, gradients: none }))).toMatchObject([
      { where: 'h1', evidence: { layers: 2 }, message: expect.stringContaining('h1 (and 1 more): no') },
    ]);
  });

  test('takes a layer for connected when a gradient reaches one of its weight matrices', () => {
    const half = () => ({ 'h1/kernel': null, 'h1/recurrent_kernel': 1, 'out/kernel': 1 });
    const both = () => ({ 'h1/kernel': null, 'h1/recurrent_kernel': null, 'out/kernel': 1 });

    expect(check(history({ steps: 3, model, gradients: half }))).toEqual([]);
    expect(check(history({ steps: 3, model, gradients: both }))).toHaveLength(1);
  });

  test('takes weights that got a gradient in the newest record only, or in the first only, for connected', () => {
    const at = (only: number) => (step: number) => of(step === only ? 1 : null);

    expect(check(history({ steps: 20, model, gradients: at(0) }))).toEqual([]);
    expect(check(history({ steps: 20, model, gradients: at(19) }))).toEqual([]);
  });

  test('looks at the layers of the newest record, and passes over records without them', () => {
    const grown = (step: number) => (step < 5 ? { 'out/kernel': 1 } : of(null));

    expect(check(history({ steps: 20, model, gradients: grown }))).toMatchObject([{ where: 'h1' }]);
  });

  test('leaves layers without a weight matrix, and runs without records, alone', () => {
    const scales = () => ({ 'h1/gamma': null, 'h1/beta': null, 'out/kernel': 1 });

    expect(check(history({ steps: 3, model, gradients: scales }))).toEqual([]);
    expect(check(history({ steps: 0, model }))).toEqual([]);
  });
});
