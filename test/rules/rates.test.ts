import { describe, expect, test } from 'vitest';
import type { StepRecord } from '../../src/record/run.js';
import { classifier, failing, usual, weightsOf } from './facts.js';
import { stats } from './histories.js';
import { learningRate } from './told.js';

/** Every weight of norm 10 moves by a share of it that follows the step. */
const moving = (ratio: (step: number) => number, parts = {}) =>
  failing({
    gradients: usual,
    change: (record) => weightsOf({ '*': { weightNorm: 10, updateNorm: 10 * ratio(record.step) } })(record),
    ...parts,
  });
const check = (...parts: Parameters<typeof moving>) => learningRate().check(moving(...parts));
/** Changes records after their weights were set. */
const changing =
  (ratio: number, change: (record: StepRecord) => Partial<StepRecord>) =>
  (record: StepRecord): StepRecord => {
    const moved = weightsOf({ '*': { weightNorm: 10, updateNorm: 10 * ratio } })(record);
    return { ...moved, ...change(moved) };
  };
const slow = 1e-4;
const fine = 0.01;

describe('learningRate, where steps are too large', () => {
  test('judges the first ten records and the last ten alone', () => {
    expect(check((step) => (step < 6 ? 0.2 : fine))).toMatchObject([
      { firstStep: 0, evidence: { typicalRatio: expect.closeTo(0.2) } },
    ]);
    expect(check((step) => (step > 113 ? 0.2 : fine))).toMatchObject([{ firstStep: 114 }]);
    expect(check((step) => (step >= 10 && step < 110 ? 2 : fine))).toEqual([]);
  });

  test('needs more than a tenth of the weights in most of them, or more than all of them once', () => {
    expect(check((step) => (step === 0 ? 0.1 : 0.2))).toMatchObject([{ firstStep: 1 }]);
    expect(check((step) => (step === 3 ? 0.5 : 0.1))).toEqual([]);
    expect(check((step) => (step === 3 ? 0.5 : fine))).toEqual([]);
    expect(check((step) => (step === 3 ? 1 : fine))).toEqual([]);
    expect(check((step) => (step === 3 ? 1.1 : fine))).toHaveLength(1);
  });

  test('does without the rate where it is not known', () => {
    const change = changing(0.2, () => ({ learningRate: null }));
    expect(check(() => 0, { change })).toMatchObject([
      { message: expect.stringMatching(/^The learning rate is too high/), remedies: [] },
    ]);
  });
});

describe('learningRate, where the rate is negative', () => {
  test.each([[0], [null]])('takes %s for none that is', (rate) => {
    expect(check(() => 0, { change: changing(fine, () => ({ learningRate: rate })) })).toEqual([]);
  });

  test('tells of the first step uphill', () => {
    const change = changing(fine, ({ step }) => ({ learningRate: step < 7 ? 0.1 : -0.2 }));
    expect(check(() => 0, { change })).toMatchObject([{ firstStep: 7, evidence: { learningRate: -0.2 } }]);
  });
});

describe('learningRate, where steps are too small', () => {
  test('judges the first ten records and the last ten alone', () => {
    expect(check((step) => (step >= 10 && step < 110 ? fine : slow))).toHaveLength(1);
    expect(check((step) => (step < 10 ? fine : slow))).toEqual([]);
    expect(check((step) => (step >= 110 ? fine : slow))).toEqual([]);
  });

  test('needs fifty losses, and never fewer than twenty', () => {
    expect(check(() => slow, { steps: 50 })).toHaveLength(1);
    expect(check(() => slow, { steps: 49 })).toEqual([]);
    const early = (steps: number) => learningRate({ overRecords: 5 }).check(moving(() => slow, { steps }));
    expect(early(20)).toHaveLength(1);
    expect(early(19)).toEqual([]);
  });

  test('leaves a ratio at the threshold alone', () => {
    // Three weights of norm 4 that move by 1 each have the ratio 1/4 exactly.
    const change = weightsOf({ '*': { weightNorm: 4, updateNorm: 1 } });
    const at = (below: number) => learningRate({ below, above: 2 }).check(moving(() => 0, { change }));
    expect(at(0.25)).toEqual([]);
    expect(at(0.26)).toHaveLength(1);
  });

  test('has nothing to compare where weights are 0, at the beginning or now', () => {
    const nothing = (is: (step: number) => boolean) => (record: StepRecord) =>
      weightsOf({
        '*': is(record.step) ? { weightNorm: 0, updateNorm: 0 } : { weightNorm: 10, updateNorm: 1e-3 },
      })(record);
    expect(check(() => 0, { change: nothing((step) => step < 10) })).toEqual([]);
    expect(check(() => 0, { change: nothing((step) => step >= 110) })).toEqual([]);
  });

  test('names the newest rate, and does without it where it is not known', () => {
    const decaying = changing(slow, ({ step }) => ({ learningRate: step < 100 ? 0.5 : 0.02 }));
    expect(check(() => 0, { change: decaying })).toMatchObject([
      { message: expect.stringMatching(/^The learning rate of 0\.02 is too low: /) },
    ]);
    const unknown = changing(slow, () => ({ learningRate: null }));
    expect(check(() => 0, { change: unknown })).toMatchObject([
      { message: expect.stringMatching(/^The learning rate is too low: /) },
    ]);
  });

  test('tells of a rate that fell to 0 without dividing by it', () => {
    const change = (record: StepRecord) =>
      changing(record.step < 60 ? slow : 0, ({ step }) => ({ learningRate: step < 60 ? 0.01 : 0 }))(record);
    expect(check(() => 0, { change })).toMatchObject([
      { message: expect.not.stringContaining('Infinity'), remedies: [{ to: 0.001 }] },
    ]);
  });
});

describe('learningRate, where an epsilon outweighs the gradients', () => {
  const optimized = (className: string, epsilon?: number) => ({
    ...classifier({}),
    optimizer: { className, config: { learningRate: 0.01, ...(epsilon !== undefined && { epsilon }) } },
  });
  /** Gradients of this norm in a hundred elements: a tenth of it each. */
  const gradientsOf = (norm: number) => () => ({ 'h1/kernel': stats(norm, 100), 'h2/kernel': null });
  const found = (model: unknown, norm: number, parts = {}) =>
    check(() => slow, { model, gradients: gradientsOf(norm), ...parts })[0]?.remedies[0]?.kind;

  test('needs more than ten times the gradient of an element', () => {
    expect(found(optimized('Adam', 1.01), 1)).toBe('optimizer');
    expect(found(optimized('Adam', 1), 1)).toBe('learning-rate');
  });

  test('is silent up to an epsilon of 1e-6, as frameworks give it', () => {
    expect(found(optimized('Adam', 1e-6), 1e-9)).toBeUndefined();
    expect(found(optimized('Adam', 2e-6), 1e-9)).toBe('optimizer');
  });

  test('names the rate where the optimizer does not divide by gradients, has no epsilon or is not known', () => {
    expect(found(optimized('Momentum', 100), 1)).toBe('learning-rate');
    expect(found(optimized('Adam'), 1)).toBe('learning-rate');
    expect(found(null, 1)).toBe('learning-rate');
  });

  test('names the rate where no gradient is known', () => {
    const gradients = () => ({ 'h1/kernel': null });
    expect(found(optimized('Adam', 100), 1, { gradients })).toBe('learning-rate');
  });

  test('passes over records that lack a weight', () => {
    const gradients = (step: number) => ({
      'h1/kernel': stats(1, 100),
      ...(step === 119 && { 'h2/kernel': stats(1, 100) }),
    });
    expect(found(optimized('Adam', 100), 1, { gradients })).toBe('optimizer');
  });
});
