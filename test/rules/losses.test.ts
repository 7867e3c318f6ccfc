import { describe, expect, test } from 'vitest';
import type { StepRecord } from '../../src/record/run.js';
import { failing, usual } from './facts.js';
import { fallingLoss, flatLoss, stats } from './histories.js';
import { gradientSpike, lossDivergence, lossOscillation, lossPlateau } from './told.js';

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
    expect(lossPlateau().check(failing({ steps: 99 }))).toEqual([]);
  });

  test('is silent where the loss falls, has fallen, or is not known', () => {
    for (const loss of [fallingLoss, (s: number) => 0.4 + 0.02 * Math.sin(7 * s), () => null]) {
      expect(lossPlateau().check(failing({ loss }))).toEqual([]);
    }
  });
});

describe('lossDivergence', () => {
  const check = (loss: (step: number) => number) => lossDivergence().check(failing({ loss }));

  test('finds a loss that rises, a warning from twice and an error from ten times the first', () => {
    expect(check((s) => (s < 50 ? 0.7 : 1.5))).toMatchObject([
      { rule: 'loss-divergence', severity: 'warning', firstStep: 50 },
    ]);
    expect(check((s) => (s < 50 ? 0.7 : 7.1))).toMatchObject([
      { severity: 'error', evidence: { lossBefore: 0.7 } },
    ]);
    expect(check((s) => (s < 50 ? 0.7 : 1.39))).toEqual([]);
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

  test('finds losses that leap by more than half of their mean and get nowhere', () => {
    expect(check(leaping(1.5))).toMatchObject([{ rule: 'loss-oscillation', severity: 'warning' }]);
    expect(check(leaping(1.3))).toEqual([]);
    expect(check(leaping(1.5), 199)).toEqual([]);
  });

  test('advises larger batches where they are small', () => {
    const run = failing({ loss: leaping(1.5), steps: 240 }, { input: stats(1), batchSize: 1 });
    expect(lossOscillation().check(run)[0]?.remedies[0]).toMatchObject({ to: 'batchSize 32' });
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
