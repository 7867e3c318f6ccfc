import { describe, expect, test } from 'vitest';
import type { ClipRecord, Run, StepRecord } from '../../src/record/run.js';
import { diagnose } from '../../src/rules/diagnose.js';
import { findingOf } from '../../src/rules/finding-of.js';
import { classifier, failing, usual, weightsOf, withPenalty } from './facts.js';
import { chain, fallingLoss, stats } from './histories.js';
import { overClipping, overRegularization, precisionUnderflow } from './told.js';

describe('overClipping', () => {
  const clippedTo =
    (clip: Partial<ClipRecord>) =>
    (record: StepRecord): StepRecord => ({
      ...record,
      globalNorm: 1,
      clip: { name: 'clipByGlobalNorm', normAfter: 1, fired: true, accepted: true, cosine: 1, ...clip },
    });
  const clipped = (clip: Partial<ClipRecord>, parts = {}) =>
    overClipping().check(failing({ gradients: usual, change: clippedTo(clip), ...parts }));
  const fading = { severity: 'warning', evidence: {}, message: 'It fades.', remedies: [] } as const;

  test('finds a clip that leaves less than a tenth of nearly every gradient', () => {
    expect(clipped({ normAfter: 0.09 })).toMatchObject([
      {
        rule: 'over-clipping',
        severity: 'warning',
        evidence: { kept: 0.09 },
        remedies: [{ to: 'clipByGlobalNorm(1)' }],
      },
    ]);
    expect(clipped({ normAfter: 0.11 })).toEqual([]);
    expect(clipped({ normAfter: 0.09, fired: false })).toEqual([]);
  });

  test('finds one that rejects nearly every step', () => {
    expect(clipped({ accepted: false })).toMatchObject([
      { message: expect.stringContaining('rejected 20 of the last 20 steps') },
    ]);
  });

  test('is the cause of a gradient that seems to vanish by depth, since raw gradients are what it cut', () => {
    const vanishing = {
      id: 'vanishing-gradient',
      check: (run: Run) => [findingOf(run, 'vanishing-gradient', fading)],
    };
    const run = failing({ gradients: usual, change: clippedTo({ normAfter: 0.01 }) });
    expect(diagnose(run, [overClipping(), vanishing]).findings).toMatchObject([
      { rule: 'over-clipping' },
      { rule: 'vanishing-gradient', because: 'over-clipping' },
    ]);
  });

  test('is silent where training gets on, and without a clip', () => {
    expect(clipped({ normAfter: 0.01 }, { loss: fallingLoss })).toEqual([]);
    expect(overClipping().check(failing())).toEqual([]);
  });
});

describe('overRegularization', () => {
  const penalized = (l2: number, parts = {}) =>
    overRegularization().check(
      withPenalty(
        failing({
          gradients: usual,
          model: classifier({ regularizers: { kernel: `L1L2(0, ${l2})` } }),
          change: (record: StepRecord) => ({
            ...weightsOf({ '*': { weightNorm: 1 } })(record),
            globalNorm: 1,
          }),
          ...parts,
        }),
      ),
    );

  test('finds penalties that pull with two thirds of the gradient', () => {
    // Two layers pull with 2 l2 each, sqrt(8) l2 together: 0.68 for 0.24 and 0.65 for 0.23.
    expect(penalized(0.24)).toMatchObject([
      { rule: 'over-regularization', where: 'h1', remedies: [{ kind: 'regularizer', layers: ['h1', 'h2'] }] },
    ]);
    expect(penalized(0.23)).toEqual([]);
    expect(penalized(10, { loss: fallingLoss })).toEqual([]);
    expect(penalized(10, { steps: 10 })).toEqual([]);
  });

  test('finds a penalty that took the weights away, though little is left for it to pull at', () => {
    const shrinking = (left: number) => (record: StepRecord) => ({
      ...weightsOf({ '*': { weightNorm: record.step === 0 ? 1 : left } })(record),
      globalNorm: 1,
    });
    // At first sqrt(8) 0.3 = 0.85 of the gradient, afterwards a hundredth of it; a norm of 0.2 is no wreck.
    expect(penalized(0.3, { change: shrinking(0.01) })).toMatchObject([
      { evidence: { share: expect.closeTo(0.85, 2) } },
    ]);
    expect(penalized(0.3, { change: shrinking(0.2) })).toEqual([]);
    expect(penalized(0.2, { change: shrinking(0.01) })).toEqual([]);
    // Of a gradient that was large at first, what is left of the weights may still be all that pulls.
    const small = (record: StepRecord) => ({
      ...shrinking(0.01)(record),
      globalNorm: record.step === 0 ? 10 : 0.005,
    });
    expect(penalized(0.3, { change: small })).toHaveLength(1);
  });

  test('leaves weights that grow because the rate is negative to the rule for rates', () => {
    const uphill = (record: StepRecord) => ({
      ...weightsOf({ '*': { weightNorm: 1 } })(record),
      globalNorm: 1,
      learningRate: -0.1,
    });
    expect(penalized(10, { change: uphill })).toEqual([]);
  });

  test('finds dropout of more than a half', () => {
    const dropping = (rate: number) =>
      failing({
        model: chain(
          [
            { path: 'h' },
            { path: 'drop', className: 'Dropout', config: { rate } },
            { path: 'out', activation: 'sigmoid' },
          ],
          'binaryCrossentropy',
        ),
      });
    expect(overRegularization().check(dropping(0.6))).toMatchObject([
      { where: 'drop', evidence: { rate: 0.6 } },
    ]);
    expect(overRegularization().check(dropping(0.5))).toEqual([]);
  });
});

describe('precisionUnderflow', () => {
  test('finds gradients that are partly 0 and otherwise near the smallest number', () => {
    const tiny = (largest: number) => () => ({
      ...usual(),
      'h1/kernel': { ...stats(1e-36, 32), zeros: 16, min: -largest, max: largest },
    });
    const check = (largest: number) => precisionUnderflow().check(failing({ gradients: tiny(largest) }));
    // 2^10 above 2^-126 is 1.2e-35.
    expect(check(1e-35)).toMatchObject([
      { rule: 'precision-underflow', where: 'h1', remedies: [{ kind: 'loss-scale' }] },
    ]);
    expect(check(1e-34)).toEqual([]);
  });

  test('finds the epsilon that tfjs takes for WebGL beside small gradients', () => {
    const model = { ...classifier({}), optimizer: { className: 'Adam', config: { epsilon: 1e-4 } } };
    const run = (norm: number) => ({
      ...failing({ model, gradients: () => ({ 'h1/kernel': norm }) }),
      backend: { name: 'webgl', epsilon: 1e-4 },
    });
    expect(precisionUnderflow().check(run(1e-6))).toMatchObject([
      { evidence: { epsilon: 1e-4, recommended: 1e-7 } },
    ]);
    expect(precisionUnderflow().check(run(1))).toEqual([]);
  });
});
