import { describe, expect, test } from 'vitest';
import type { StepRecord } from '../../src/record/run.js';
import { dataLosses } from '../../src/rules/data-loss.js';
import { lossTrend, wholeLossTrend } from '../../src/rules/loss-trend.js';
import { classifier, failing, weightsOf, withPenalty } from './facts.js';
import { flatLoss } from './histories.js';
import { lossPlateau, overRegularization } from './told.js';

/** Two hidden layers whose kernels have this regulariser and these norms. */
const penalised = (
  regularizer: string,
  weightNorm: (step: number) => number,
  loss: (step: number) => number | null = flatLoss,
) =>
  failing({
    loss,
    model: classifier({ regularizers: { kernel: regularizer } }),
    gradients: () => ({ 'h1/kernel': 1, 'h2/kernel': 1, 'out/kernel': 1 }),
    change: (record: StepRecord) => weightsOf({ '*': { weightNorm: weightNorm(record.step) } })(record),
  });
const half = () => Math.SQRT1_2;

describe('the loss on the data', () => {
  test('is what the penalties by l2 leave of the whole', () => {
    // Two kernels of which each has a square of 0.5.
    expect(dataLosses(penalised('L1L2(0, 0.1)', half, () => 0.7))[0]).toBeCloseTo(0.6, 12);
    expect(dataLosses(penalised('L1L2(0.3, 0.1)', half, () => 0.7))[0]).toBeCloseTo(0.6, 12);
    expect(dataLosses(penalised('L1L2(0.3, 0)', half, () => 0.7))[0]).toBe(0.7);
  });

  test('is the whole where more is to be taken away than there is, or all but a thousandth', () => {
    const left = (loss: number) =>
      dataLosses(penalised('L1L2(0, 1)', half, (step) => (step === 7 ? loss : 3)))[0];
    expect(left(1.0011)).toBeCloseTo(2, 12);
    expect(left(1.0009)).toBe(3);
    expect(left(0.5)).toBe(3);
  });

  test('is the whole where there is no model, no penalty, or no record of the weights', () => {
    const of = (parts: Parameters<typeof failing>[0]) =>
      dataLosses(failing({ steps: 3, loss: () => 0.7, ...parts }));
    const model = classifier({ regularizers: { kernel: 'L1L2(0, 0.1)' } });
    expect(of({ model: null })).toEqual([0.7, 0.7, 0.7]);
    expect(of({})).toEqual([0.7, 0.7, 0.7]);
    expect(of({ model, gradients: () => ({ 'out/kernel': 1 }) })).toEqual([0.7, 0.7, 0.7]);
    expect(of({ loss: (step) => -step })).toEqual([-0, -1, -2]);
  });

  test('has nothing taken away for weights that are not finite, and is not known where the loss is not', () => {
    const run = penalised(
      'L1L2(0, 0.1)',
      (step) => (step < 2 ? Math.SQRT1_2 : Number.NaN),
      (step) => (step === 1 ? null : 0.7),
    );
    const [first, second, third] = dataLosses(run);
    expect(first).toBeCloseTo(0.6, 12);
    expect(second).toBeNull();
    expect(third).toBe(0.7);
  });
});

describe('a run with penalties on its weights', () => {
  const shrinking = (step: number) => 5 * 0.98 ** step;
  const growing = (step: number) => 1 + step / 20;

  test('does not do well for weights that shrink', () => {
    const run = withPenalty(penalised('L1L2(0, 0.1)', shrinking));
    expect([lossTrend(run).failing, wholeLossTrend(run).failing]).toEqual([true, false]);
    expect(lossPlateau().check(run)).toMatchObject([
      { message: expect.stringContaining('penalty on weights aside') },
    ]);
  });

  test('does well for all that its penalty grows', () => {
    const run = withPenalty(penalised('L1L2(0, 0.1)', growing, (step) => 0.7 * 0.97 ** step + 0.01));
    expect([lossTrend(run).good, wholeLossTrend(run).well]).toEqual([true, false]);
    expect(overRegularization({ share: 1e-6 }).check(run)).toEqual([]);
    expect(lossPlateau().check(run)).toEqual([]);
  });

  test('is told its loss as it is where nothing is penalised', () => {
    expect(lossPlateau().check(failing())).toMatchObject([
      { message: expect.stringMatching(/^The loss stays/) },
    ]);
  });
});
