import { describe, expect, test } from 'vitest';
import type { StepRecord } from '../../src/record/run.js';
import { classifier, failing, usual, weightsOf } from './facts.js';
import { fallingLoss, flatLoss, stats } from './histories.js';
import { gradientSpike, lossDivergence, lossOscillation, lossPlateau } from './told.js';

/** Like {@link failing}, with a variance of the targets of 100: what a constant prediction reaches. */
const guessing = (steps: number, loss: (step: number) => number) =>
  failing(
    { steps, loss, model: classifier({}, {}, 'meanSquaredError') },
    { input: stats(1), target: { ...stats(1), std: 10 } },
  );

describe('lossPlateau', () => {
  test('finds a hundred losses no better than a constant prediction, and names that', () => {
    expect(lossPlateau().check(failing())).toMatchObject([
      {
        rule: 'loss-plateau',
        severity: 'warning',
        where: 'model',
        evidence: { constantPrediction: Math.LN2 },
      },
    ]);
    expect(lossPlateau().check(failing({ steps: 100 }))).toHaveLength(1);
    expect(lossPlateau().check(failing({ steps: 99 }))).toEqual([]);
  });

  test('names the loss alone where a constant prediction is not known', () => {
    const [found] = lossPlateau().check(failing({ model: null }));
    expect(found?.evidence).toEqual({ loss: expect.closeTo(0.7, 2) });
    expect(lossPlateau().check(failing({ model: null, loss: () => -7 }))).toHaveLength(1);
  });

  test('begins with the last third of the losses, also where steps between have none', () => {
    const run = failing({ steps: 240, loss: (s) => (s % 2 === 0 ? flatLoss(s) : null) });
    expect(lossPlateau().check(run)).toMatchObject([{ firstStep: 160, lastStep: 239 }]);
  });

  test('takes 98 % of a constant prediction for hardly better, and less for no plateau', () => {
    expect(lossPlateau().check(guessing(192, () => 98))).toMatchObject([{ evidence: { loss: 98 } }]);
    expect(lossPlateau().check(guessing(192, () => 97))).toEqual([]);
    expect(lossPlateau().check(guessing(192, () => 100))[0]?.message).toContain('no better than the 100');
  });

  test('is silent where the loss falls, has fallen, or is not known', () => {
    for (const loss of [fallingLoss, (s: number) => 0.4 + 0.02 * Math.sin(7 * s), () => null]) {
      expect(lossPlateau().check(failing({ loss }))).toEqual([]);
    }
  });
});

describe('lossDivergence', () => {
  const check = (loss: (step: number) => number) => lossDivergence().check(failing({ loss }));

  test('needs three losses alone that each leap far above the first one', () => {
    const early = (...losses: number[]) =>
      lossDivergence().check(failing({ steps: losses.length, loss: (step) => losses[step] ?? null }));
    expect(early(1, 1001, 2003, 4007)).toMatchObject([
      { severity: 'error', firstStep: 1, evidence: { lossBefore: 1, lossAfter: 4007 } },
    ]);
    expect(early(1, 2, 1001, 2003, 4007)).toHaveLength(1);
    // Two of them, one below a thousand times, one not twice the one before, and a beginning that is not above 0.
    expect(early(1, 1001, 2003)).toEqual([]);
    expect(early(1, 999, 2003, 4007)).toEqual([]);
    expect(early(1, 1001, 2003, 4005)).toEqual([]);
    expect(early(0, 1001, 2003, 4007)).toEqual([]);
    // Below a constant prediction's loss of 100 nothing is lost.
    const small = (times: number) => (step: number) => times * [1e-4, 0.2, 20, 99][step]!;
    expect(lossDivergence().check(guessing(4, small(1)))).toEqual([]);
    expect(lossDivergence().check(guessing(4, small(1000)))).toHaveLength(1);
  });

  test('explains what a rising loss brings with it', () => {
    expect(lossDivergence().explains).toEqual(['loss-oscillation', 'loss-plateau', 'non-finite']);
  });

  test('finds a loss that rises, a warning from twice and an error from ten times the first', () => {
    expect(check((s) => (s < 50 ? 0.7 : 1.5))).toMatchObject([
      { rule: 'loss-divergence', severity: 'warning', firstStep: 50 },
    ]);
    expect(check((s) => (s < 50 ? 0.7 : 7.1))).toMatchObject([
      { severity: 'error', evidence: { lossBefore: 0.7 } },
    ]);
    expect(check((s) => (s < 50 ? 0.7 : 1.39))).toEqual([]);
  });

  test('finds more than twice the first loss, from where it is that, and calls ten times an error', () => {
    expect(check((s) => (s < 50 ? 5 : 10))).toEqual([]);
    expect(check((s) => (s < 50 ? 5 : s < 60 ? 10 : 20))).toMatchObject([{ firstStep: 60 }]);
    expect(check((s) => (s < 50 ? 1 : 10))).toMatchObject([{ severity: 'error' }]);
  });

  test('compares with the first loss or the first three, whichever is more', () => {
    const beginning = (...first: number[]) => check((s) => first[s] ?? (s < 50 ? 1 : 9));
    expect(beginning(5, 1, 1)).toEqual([]);
    expect(beginning(1, 7, 7)).toEqual([]);
    expect(beginning(4, 1, 1)).toMatchObject([{ evidence: { lossBefore: 4 } }]);
    expect(beginning(1, 5, 6)).toMatchObject([{ evidence: { lossBefore: 4 } }]);
  });

  test.each([0, -5])('tells nothing of a first loss of %d, of which there are no multiples', (first) => {
    expect(check((s) => (s < 50 ? first : 9))).toEqual([]);
  });

  test('needs ten losses before one that is no number', () => {
    const lost = (finite: number) =>
      lossDivergence().check(
        failing({ steps: finite + 1, loss: (s) => (s < 3 ? 1 : s < finite ? 10 : Number.NaN) }),
      );
    expect(lost(10)).toMatchObject([{ firstStep: 3, lastStep: 10 }]);
    expect(lost(9)).toEqual([]);
  });

  test('does not go by the loss of weights that are no numbers, which tfjs cuts off', () => {
    const broken = (from: number) =>
      lossDivergence().check(
        failing({
          loss: (step) => (step < from ? 1 : 16),
          gradients: usual,
          change: (record) =>
            record.step < from ? record : weightsOf({ 'h1/kernel': { weightNorm: Number.NaN } })(record),
        }),
      );
    expect(broken(20)).toEqual([]);
    const risen = (step: number) => (step < 20 ? 1 : 16);
    expect(lossDivergence().check(failing({ loss: risen, gradients: usual }))).toHaveLength(1);
  });

  test('does not take noise, or a falling loss, for a rise', () => {
    expect(check((s) => (s % 10 === 9 ? 9 : 0.7))).toEqual([]);
    expect(check(fallingLoss)).toEqual([]);
  });
});

describe('lossOscillation', () => {
  // Around 2 with an amplitude a the deviation is 0.71 a: half of the mean for a = 1.41.
  const leaping = (amplitude: number) => (step: number) => 2 + amplitude * Math.sin(7 * step);
  const check = (loss: (step: number) => number, steps = 240) =>
    lossOscillation().check(failing({ loss, steps }));
  /** By two losses and the two before. */
  const ofTwo = (losses: readonly number[], deviation?: number) =>
    lossOscillation({ overRecords: 2, ...(deviation && { deviation }) }).check(
      failing({ steps: losses.length, loss: (s) => losses[s]! }),
    );

  test('explains what leaps bring with them', () => {
    expect(lossOscillation().explains).toEqual([
      'zero-gradient',
      'gradient-spike',
      'update-ratio-high',
      'loss-plateau',
    ]);
  });

  test('finds losses that leap by more than half of their mean and get nowhere', () => {
    expect(check(leaping(1.5))).toMatchObject([{ rule: 'loss-oscillation', severity: 'warning' }]);
    expect(check(leaping(1.5), 200)).toHaveLength(1);
    expect(check(leaping(1.3))).toEqual([]);
    expect(check(leaping(1.5), 199)).toEqual([]);
  });

  test('does not say so of a model that stands still, whose loss is as uneven as its batches', () => {
    const still = (until: number) =>
      lossOscillation().check(
        failing({
          loss: leaping(1.5),
          steps: 240,
          gradients: (step) => ({ 'h1/kernel': step < until ? 1 : 0 }),
        }),
      );
    expect(still(140)).toEqual([]);
    expect(still(141)).toHaveLength(1);
  });

  test('needs a deviation above the given share of the mean', () => {
    // 1 and 3 deviate by the root of 2.
    expect(ofTwo([1, 3, 1, 3, 1, 3], Math.SQRT1_2)).toEqual([]);
    expect(ofTwo([1, 3, 1, 3, 1, 3], 0.7)).toHaveLength(1);
  });

  test('begins with the losses that it judges, also where steps between have none', () => {
    expect(check((s) => (s % 2 === 0 ? leaping(1.5)(s) : Number.NaN), 480)).toMatchObject([
      { firstStep: 280 },
    ]);
  });

  test('is silent of fewer than six losses', () => {
    expect(ofTwo([1, 3, 1, 3, 1])).toEqual([]);
  });

  test('is silent where the losses are lower than as many before, by more than three standard errors', () => {
    // 1 and 3 are 2 with a standard error of 1; two that agree have none.
    expect(ofTwo([1, 1, 1, 1, 1, 5, 5, 1, 3])).toHaveLength(1);
    expect(ofTwo([1, 1, 1, 1, 1, 6, 6, 1, 3])).toEqual([]);
    expect(ofTwo([9, 9, 9, 9, 9, 5, 5, 1, 3])).toHaveLength(1);
    const lower = (s: number) => (s < 140 ? 3 + 0.1 * Math.sin(7 * s) : leaping(1.5)(s));
    expect(check(lower)).toEqual([]);
  });

  test('is silent where training does well', () => {
    // Below half of the 0.69 of a constant prediction.
    expect(check((s) => leaping(1.5)(s) / 10)).toEqual([]);
  });

  const ofBatches = (batchSize?: number) =>
    lossOscillation().check(
      failing({ loss: leaping(1.5), steps: 240 }, { input: stats(1), ...(batchSize && { batchSize }) }),
    )[0];

  test.each([1, 7])('advises larger batches than %d', (batchSize) => {
    const found = ofBatches(batchSize);
    expect(found?.remedies).toMatchObject([{ to: 'batchSize 32' }, { kind: 'learning-rate' }]);
    expect(found?.evidence).toMatchObject({ batchSize });
  });

  test.each([8, 32, undefined])('advises no larger batches than %s', (batchSize) => {
    const found = ofBatches(batchSize);
    expect(found?.remedies).toMatchObject([{ kind: 'learning-rate' }]);
    expect(found?.evidence['batchSize']).toBe(batchSize);
  });

  test('is silent where the loss falls all the same', () => {
    expect(check((s) => 3 * 0.98 ** s * (1 + 0.9 * Math.sin(7 * s)))).toEqual([]);
  });
});

describe('gradientSpike', () => {
  const spiking =
    (size: number, every = 200) =>
    (record: StepRecord): StepRecord => ({
      ...record,
      globalNorm: record.step % every === 50 ? size : 1,
    });
  const check = (change: (record: StepRecord) => StepRecord, loss = flatLoss) =>
    gradientSpike().check(failing({ gradients: usual, change, loss }));

  test('finds a leap of the gradient norm in a run that fails', () => {
    expect(check(spiking(101))).toMatchObject([
      {
        rule: 'gradient-spike',
        firstStep: 50,
        lastStep: 50,
        evidence: { usualNorm: 1, largestNorm: 101 },
        remedies: [{ to: 'clipByGlobalNorm(1)' }],
      },
    ]);
    expect(check(spiking(99))).toEqual([]);
  });

  test('is silent where leaps are the rule, and where the loss recovers', () => {
    expect(
      gradientSpike().check(
        failing({ gradients: usual, change: (r) => ({ ...r, globalNorm: r.step % 10 === 5 ? 500 : 1 }) }),
      ),
    ).toEqual([]);
    expect(check(spiking(500), fallingLoss)).toEqual([]);
  });
});
