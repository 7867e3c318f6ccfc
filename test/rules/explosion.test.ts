import { describe, expect, test } from 'vitest';
import type { Run, StepRecord } from '../../src/record/run.js';
import { explodingOverSteps, largestLayer } from '../../src/rules/exploding-steps.js';
import { findExplosion, findOvershoot, firstNonFinite } from '../../src/rules/explosion.js';
import { weightsOf } from './facts.js';
import { chain, type Gradient, history } from './histories.js';

/** A run with these norms and losses; a list that is too short ends in more of its last entry. */
const run = (norms: readonly number[], losses: readonly (number | null)[] = [null]): Run =>
  history({
    steps: norms.length,
    loss: (step) => losses[Math.min(step, losses.length - 1)] ?? null,
    gradients: (step) => ({ 'a/kernel': norms[step] ?? 0 }),
  });
const many = (count: number, value: number): number[] => Array.from({ length: count }, () => value);
const find = (norms: readonly number[], losses?: readonly (number | null)[]) =>
  findExplosion(run(norms, losses), 100);
const outcome = (norms: readonly number[], losses?: readonly (number | null)[]) =>
  find(norms, losses)?.outcome ?? null;

describe('an explosion that ends in NaN', () => {
  // Each row: norms, and where the excursion begins or null.
  test.each([
    ['just a hundredfold', [1, 1, 1, 100, Number.NaN], 3],
    ['a little less', [1, 1, 1, 99, Number.NaN], null],
    ['sixtyfold', [2, 2, 2, 120, Number.NaN], null],
    ['at the second step', [1, 500, 500, Number.NaN], 1],
    ['of the first three the middle one tells the beginning', [9, 1, 2, 200, Number.NaN], 3],
    ['which a single high one does not raise', [1, 90, 1, 100, Number.NaN], 3],
    ['of two the lower one', [1, 90, 100, Number.NaN], 1],
    ['growth at once, of which later steps hide nothing', [1, 1, 1, 40, 60, 80, 100, Number.NaN], 3],
    ['ten times the first norms belongs to it', [1, 1, 1, 10, 500, Number.NaN], 3],
    ['nine times does not', [1, 1, 1, 9, 500, Number.NaN], 4],
    ['of two equal peaks it is the first that counts', [1, 1, 1, 500, 1, 500, Number.NaN], 3],
    ['from 0 there is no telling growth', [0, 0, 0, 500, 500, Number.NaN], null],
    ['a norm that came back before is none', [1, 1, 1, 500, 9, Number.NaN], null],
    ['nor is one that only falls', [500, 5, 1, 1, Number.NaN], null],
    ['nor a run that does not break', [1, 1, 1, 500], null],
  ])('%s', (_what, norms, onset) => {
    expect(find(norms)).toEqual(
      onset === null ? null : expect.objectContaining({ onset, outcome: 'non-finite' }),
    );
  });

  test('tells the median norm before and the highest', () => {
    expect(find([1, 2, 3, 4, 500, 900, 700, Number.NaN])).toMatchObject({ usualNorm: 2, peakNorm: 900 });
    expect(find([3, 1, 2, 500, Number.NaN])).toMatchObject({ usualNorm: 2 });
  });

  test('looks at no norm after it', () => {
    expect(find([1, 1, 1, 50, Number.NaN, 900])).toBeNull();
  });
});

describe('an explosion by which the loss rises', () => {
  test.each([
    ['to more than twice the highest before', [1, 1, 1, 500, 500, 500], [1, 1, 1, 2.1], 'diverging'],
    ['to just twice', [1, 1, 1, 500, 500, 500], [1, 1, 1, 2], null],
    ['from 3 to 5', [1, 1, 1, 500, 500, 500], [3, 3, 3, 5], null],
    ['beyond the lowest before, but not the highest', [1, 1, 1, 500, 500, 500], [1, 5, 1, 6], null],
    ['but in one of the last three steps', [1, 1, 1, 500, 500, 500, 500], [1, 1, 1, 9, 9, 1, 9], null],
    ['for two steps', [1, 1, 1, 500, 500], [1, 1, 1, 9], null],
    ['after two steps, for nine', [1, 1, ...many(9, 500)], [1, 1, 9], null],
    ['after two steps, for ten', [1, 1, ...many(10, 500)], [1, 1, 9], 'diverging'],
    ['above a loss below 0', [1, 1, 1, 500, 500, 500], [-1, -1, -1, 0.5], 'diverging'],
    ['above a loss below 0, not by its size', [1, 1, 1, 500, 500, 500], [-1, -1, -1, -0.1], null],
    ['or is not known any more', [1, 1, 1, 500, 500, 500], [1, 1, 1, null], null],
    ['or was not known before', [1, 1, 1, 500, 500, 500], [null, null, null, 9], null],
  ])('%s', (_what, norms, losses, expected) => {
    expect(outcome(norms, losses)).toBe(expected);
  });

  test('compares with ten losses before, and tells the mean of the last three', () => {
    const losses = [9, 9, ...many(10, 1), 3, 4, 5, 6];

    expect(find([...many(12, 1), ...many(4, 500)], losses)).toMatchObject({
      outcome: 'diverging',
      onset: 12,
      lossBefore: expect.closeTo(1, 12),
      lossAfter: 5,
    });
  });
});

describe('an explosion that training does not get over', () => {
  test.each([
    ['a norm that stays high for 20 records', [...many(10, 1), ...many(20, 500)], [1], 'stuck'],
    ['for 19', [...many(10, 1), ...many(19, 500)], [1], null],
    ['but for one step', [...many(10, 1), ...many(15, 500), 1, ...many(10, 500)], [1], null],
    ['of which older records need not be high', [...many(10, 1), 500, 1, ...many(20, 500)], [1], 'stuck'],
    [
      'while the loss falls below all before',
      [...many(10, 1), ...many(30, 500)],
      [...many(10, 2), 1.9],
      null,
    ],
  ])('%s', (_what, norms, losses, expected) => {
    // Above ln 2, which a constant prediction reaches, a lower loss is no success yet.
    const given = { ...run(norms, losses), model: chain([{ path: 'a' }], 'binaryCrossentropy') };
    expect(findExplosion(given, 100)?.outcome ?? null).toBe(expected);
  });

  test('is none where training has succeeded since, though one loss before was as low', () => {
    const lucky = [...many(9, 1), 0.01, ...many(10, 0.5), ...many(40, 0.2)];

    expect(outcome([...many(10, 1), ...many(50, 500)], lucky)).toBeNull();
  });

  // A norm that falls again, and losses of 1 before, blown up, and at a level since.
  const blown = (records: number, worst: number, level: number, before = 1) =>
    outcome(
      [...many(10, 1), 500, ...many(records - 1, 1)],
      [...many(10, before), worst, ...many(records - 1, level)],
    );

  test.each([
    ['tenfold, and settled where it was', 11, 10, 1, 'stuck'],
    ['less than tenfold', 11, 9.9, 1, null],
    ['tenfold, and settled at twice as much', 11, 10, 2, null],
    ['twentyfold, and settled at twice as much', 11, 20, 2, 'stuck'],
    ['but only ten records ago', 10, 10, 1, null],
    ['and settled below what it was', 30, 10, 0.5, null],
  ])('a loss that was blown up %s', (_what, records, worst, level, expected) => {
    expect(blown(records, worst, level)).toBe(expected);
  });

  test('a loss of 15 is no blow-up of 2, and none of 0 is known', () => {
    expect(blown(11, 15, 2, 2)).toBeNull();
    expect(blown(15, 5, 0, 0)).toBeNull();
  });

  test('the last ten losses tell the level, not older ones', () => {
    const norms = [...many(10, 1), 500, ...many(24, 1)];
    const five = (...at: readonly number[]) => norms.map((_, i) => (i === 10 ? 10 : at.includes(i) ? 5 : 1));

    expect(outcome(norms, five(11, 20, 24))).toBe('stuck');
    expect(outcome(norms, five(25))).toBeNull();
  });
});

describe('a single update that nothing survives', () => {
  const overshot = (updateNorm: number, weightNorm: number, norms: readonly number[] = [8, Number.NaN]) =>
    findOvershoot(
      history({
        steps: norms.length,
        gradients: (step) => ({ 'a/kernel': norms[step] ?? 0, 'a/bias': 0 }),
        change: weightsOf({ 'a/kernel': { updateNorm, weightNorm }, 'a/bias': { updateNorm: 99 } }),
      }),
    );

  test('is as large as the weight matrices, or larger', () => {
    expect(overshot(1, 1)).toEqual({ index: 0, norm: 8, ratio: 1 });
    expect(overshot(6, 2, [1, 8, Number.NaN, 1])).toEqual({ index: 1, norm: 8, ratio: 3 });
    expect(overshot(0.99, 1)).toBeNull();
  });

  test('is none of weights of 0, nor without a finite record before, nor one that is not finite after', () => {
    expect(overshot(1, 0)).toBeNull();
    expect(overshot(0, 0)).toBeNull();
    expect(overshot(5, 1, [Number.NaN, Number.NaN])).toBeNull();
    expect(overshot(5, 1, [8, 8])).toBeNull();
  });

  test('is told of its own step', () => {
    const second = history({
      steps: 3,
      gradients: (step) => ({ 'a/kernel': [1, 8, Number.NaN][step] ?? 0 }),
      change: weightsOf({ '*': { updateNorm: 5 } }),
    });

    expect(explodingOverSteps(second, 100)).toMatchObject({ where: 'a', firstStep: 1, lastStep: 1 });
  });

  test('is told of the whole model where no layer stands out', () => {
    const none = history({
      steps: 2,
      gradients: () => ({ 'a/kernel': null }),
      change: (record) => ({
        ...weightsOf({ '*': { updateNorm: 5 } })(record),
        globalNorm: record.step === 0 ? 8 : Number.NaN,
      }),
    });

    expect(explodingOverSteps(none, 100)).toMatchObject({
      where: 'model',
      message:
        'A global gradient norm of 8 at step 0 moved the weights by 5 times their own norm, and nothing was finite after that.',
    });
  });
});

test.each([
  [[1, 1], [1, 1], 2],
  [[Number.NaN, 1], [1, 1], 0],
  [[1, Infinity], [1, 1], 1],
  [[1, 1], [1, Number.NaN], 1],
  [[1, 1], [-Infinity, 1], 0],
  [[1, 1], [null, null], 2],
])('of the norms %j the first that is not finite, or has such a loss', (norms, losses, index) => {
  expect(firstNonFinite(run(norms, losses).steps)).toBe(index);
});

describe('explodingOverSteps', () => {
  const severity = (norms: readonly number[], losses: readonly number[]) =>
    explodingOverSteps(run(norms, losses), 100)?.severity;
  const grown = [...many(4, 1), ...many(4, 500)];

  test('calls a loss of ten times what it was an error', () => {
    expect(severity(grown, [...many(4, 1), 10])).toBe('error');
    expect(severity(grown, [...many(4, 1), 9.9])).toBe('warning');
    expect(severity(grown, [...many(4, 2), 6])).toBe('warning');
  });

  test('but not one that has not doubled beyond the highest before', () => {
    const losses = [...many(9, 1), 30, ...many(20, 40)];

    expect(severity([...many(10, 1), ...many(20, 500)], losses)).toBe('warning');
  });
});

describe('largestLayer', () => {
  const largest = (gradients: Record<string, Gradient>, change?: (record: StepRecord) => StepRecord) => {
    const given = history({ steps: 1, gradients: () => gradients, ...(change && { change }) });
    return largestLayer(given, given.steps[0]);
  };

  test('counts all weights of a layer, and takes the first of equals', () => {
    expect(largest({ 'a/kernel': 3, 'a/bias': 3, 'b/kernel': 4 })).toBe('a');
    expect(largest({ 'a/kernel': 3, 'b/kernel': 4 })).toBe('b');
    expect(largest({ 'a/kernel': 4, 'b/kernel': 4 })).toBe('a');
  });

  test('is none without a gradient, and without a record', () => {
    expect(largest({ 'a/kernel': 0, 'b/kernel': null })).toBeUndefined();
    expect(largest({})).toBeUndefined();
    expect(largestLayer(run([1]), undefined)).toBeUndefined();
  });
});
