import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/record/finding.js';
import type { Run } from '../../src/record/run.js';
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
});
