import { describe, expect, test } from 'vitest';
import type { Run } from '../../src/record/run.js';
import { fails, fell, finiteLosses, lossTrend, spread, stepOfLoss } from '../../src/rules/loss-trend.js';
import { dataStats } from './facts.js';
import { chain, history } from './histories.js';

const run = (losses: readonly (number | null)[]): Run =>
  history({ steps: losses.length, loss: (step) => losses[step] ?? null });
/** A constant prediction reaches 100, the variance of the targets: it is beaten below 98. */
const guessing = (losses: readonly number[]): Run => ({
  ...run(losses),
  model: chain([{ path: 'out' }], 'meanSquaredError'),
  data: { input: dataStats(1), target: dataStats(1, { std: 10 }) },
});
const trend = (...losses: number[]) => lossTrend(run(losses));
const guessed = (...losses: number[]) => lossTrend(guessing(losses));

const times = (count: number, ...values: number[]): number[] =>
  Array.from({ length: count }, (_, i) => values[i % values.length]!);

describe('spread', () => {
  test('is the mean with the square of its standard error, which one value does not have', () => {
    expect(spread([])).toEqual({ mean: Number.NaN, error2: 0 });
    expect(spread([3])).toEqual({ mean: 3, error2: 0 });
    // The variance is (4 + 0 + 4) / 2, and a third of that the error's.
    expect(spread([3, 5, 7]).mean).toBeCloseTo(5, 12);
    expect(spread([3, 5, 7]).error2).toBeCloseTo(4 / 3, 12);
  });
});

describe('fell', () => {
  const exact = (mean: number) => ({ mean, error2: 0 });

  test('needs more than a hundredth of where it fell from', () => {
    expect(fell(exact(100), exact(98.9))).toBe(true);
    expect(fell(exact(100), exact(99))).toBe(false);
    expect(fell(exact(-100), exact(-101.1))).toBe(true);
    expect(fell(exact(-100), exact(-101))).toBe(false);
    expect(fell(exact(100), exact(120))).toBe(false);
  });

  test('needs more than three standard errors of both together', () => {
    // 3 * sqrt(16 + 9) = 15
    const from = { mean: 100, error2: 16 };
    expect(fell(from, { mean: 84, error2: 9 })).toBe(true);
    expect(fell(from, { mean: 85, error2: 9 })).toBe(false);
    expect(fell({ mean: 100, error2: 9 }, { mean: 85, error2: 16 })).toBe(false);
  });
});

test('finiteLosses leaves out what is no number', () => {
  expect(finiteLosses(run([1, null, Number.NaN, 2, Infinity, -Infinity, 0]))).toEqual([1, 2, 0]);
});

test('stepOfLoss counts finite losses from the end', () => {
  const gaps = run([1, null, 2, Number.NaN, 3, Infinity, null]);
  expect([1, 2, 3, 4].map((fromEnd) => stepOfLoss(gaps, fromEnd))).toEqual([4, 2, 0, 0]);
});

describe('lossTrend', () => {
  test('is known from six losses on, and says nothing of fewer', () => {
    expect(trend(100, 100, 50, 50, 35, 35)).toMatchObject({
      known: true,
      succeeded: true,
      falling: true,
      onItsWay: true,
      good: true,
    });
    const nothing = { known: false, succeeded: false, falling: false, onItsWay: false, good: false };
    expect(trend(100, 100, 50, 40, 30)).toMatchObject({ ...nothing, well: false, failing: false });
    expect(lossTrend(run([100, 100, 50, null, Number.NaN, 40, 30]))).toMatchObject(nothing);
    expect(trend()).toMatchObject({ ...nothing, converged: false, share: Number.NaN });
  });

  test('has converged at a hundredth of the smallest of the first losses', () => {
    expect(trend(2, 4, 4, 4, 0.02, 0.02)).toMatchObject({ converged: true, well: true });
    expect(trend(2, 4, 4, 4, 0.021, 0.021).converged).toBe(false);
    expect(trend(1e-5, 1e-5, 1, 1, 1e-6, 1e-6).converged).toBe(true);
    expect(trend(1e-5, 1e-5, 1, 1, 1.1e-6, 1.1e-6).converged).toBe(false);
    expect(trend(...times(30, 0)).converged).toBe(true);
    expect(trend(...times(30, -1)).converged).toBe(false);
  });

  test('has converged at a hundredth of a constant prediction, where that is known', () => {
    // Below that from the first loss on: nothing fell.
    expect(guessed(...times(30, 1))).toMatchObject({ converged: true, well: true, failing: false });
    expect(guessed(...times(6, 1.01)).converged).toBe(false);
    expect(guessed(1e9, 1e9, 9, 9, 1.01, 1.01).converged).toBe(false);
  });

  test('compares with the first third of the losses, ten at most', () => {
    expect(trend(4, 2).share).toBe(0.5);
    expect(trend(100, 60, 60, 60, ...times(8, 63)).share).toBeCloseTo(0.9, 12);
    const early = [...times(10, 100), ...times(10, 1), ...times(40, 90)];
    expect(trend(...early)).toMatchObject({ share: expect.closeTo(0.9, 12), succeeded: true });
  });

  test('compares the last third of the losses, twenty at most', () => {
    expect(trend(...times(8, 100), ...times(4, 60)).share).toBeCloseTo(0.6, 12);
    expect(trend(...times(70, 100), ...times(20, 60)).share).toBeCloseTo(0.6, 12);
  });

  test('takes the share of a constant prediction where that is known', () => {
    expect(guessed(...times(4, 1000), ...times(8, 75)).share).toBe(0.75);
  });

  test('is good at half of a constant prediction, also where it never fell', () => {
    expect(guessed(...times(24, 50))).toMatchObject({ good: true, succeeded: false, well: true });
    expect(guessed(...times(24, 51))).toMatchObject({ good: false, well: false, failing: true });
  });

  test.each([
    [-90, -30],
    [-5, 5],
    [0, 5],
  ])('knows no share of a first loss that is not positive: from %d to %d', (first, last) => {
    expect(trend(...times(10, first), ...times(20, last))).toMatchObject({
      share: Number.NaN,
      good: false,
      failing: true,
    });
  });

  test('fails from twenty losses on', () => {
    expect(trend(...times(20, 7)).failing).toBe(true);
    expect(trend(...times(19, 7)).failing).toBe(false);
  });

  test('falls still where the recent losses lie below those just before, not those of the beginning', () => {
    expect(trend(...times(8, 90), ...times(8, 100), ...times(8, 95))).toMatchObject({
      falling: true,
      succeeded: false,
      failing: false,
    });
    expect(trend(...times(8, 110), ...times(8, 95), ...times(8, 95)).falling).toBe(false);
  });

  test('does not call falling what falls merely towards a constant prediction', () => {
    expect(guessed(...times(8, 150), ...times(8, 120), ...times(8, 98)).falling).toBe(false);
    expect(guessed(...times(8, 150), ...times(8, 120), ...times(8, 97)).falling).toBe(true);
  });

  test('is on its way if it beats a constant prediction within three times the steps so far', () => {
    // It loses 2 in 8 of 24 steps, and 18 in 72: down to 98 from 116.
    const lower = [...times(8, 50), ...times(8, 118), ...times(8, 116)];
    expect(guessed(...lower)).toMatchObject({ onItsWay: true, failing: false });
    const higher = [...times(8, 50), ...times(8, 119), ...times(8, 117)];
    expect(guessed(...higher)).toMatchObject({ onItsWay: false, failing: true });
    expect(trend(...lower).onItsWay).toBe(true);
    expect(guessed(...times(16, 116), ...times(8, 118)).onItsWay).toBe(false);
  });

  test('is behind from twenty losses on, where it is above a constant prediction for sure, falling or not', () => {
    expect(guessed(...times(20, 102)).behind).toBe(true);
    expect(guessed(...times(20, 101)).behind).toBe(false);
    expect(guessed(...times(19, 200)).behind).toBe(false);
    const nearer = [...times(8, 400), ...times(8, 300), ...times(8, 200)];
    expect(guessed(...nearer)).toMatchObject({ behind: true, onItsWay: true });
    expect(guessed(...times(20, 300), ...times(10, 90, 120)).behind).toBe(false);
    expect(trend(...times(20, 102)).behind).toBe(false);
  });
});

describe('lossTrend has succeeded', () => {
  test('when the recent losses fell from the first and beat a constant prediction', () => {
    expect(guessed(...times(16, 120), ...times(8, 98))).toMatchObject({ succeeded: false, well: false });
    expect(guessed(...times(16, 120), ...times(8, 97))).toMatchObject({ succeeded: true, well: true });
  });

  // The first losses, 100 on average with a standard error of 20, say nothing of a fall by less than 60.
  const noisy = (...latest: number[]) => guessed(80, 120, 90, 90, ...latest).succeeded;

  test('when it is below a constant prediction for sure, though the first losses leap', () => {
    // Three standard errors, of 2 each, end at 98.
    expect(noisy(90, 94)).toBe(false);
    expect(noisy(89, 93)).toBe(true);
    expect(noisy(80, 104)).toBe(false);
  });

  test('but not where it was below that from the first', () => {
    // 98.5 before, of which a hundredth is 0.985.
    expect(guessed(78.5, 118.5, 90, 90, 97.4, 97.4).succeeded).toBe(true);
    expect(guessed(78.5, 118.5, 90, 90, 97.6, 97.6).succeeded).toBe(false);
  });

  test('but not by losses below zero where no constant prediction is known', () => {
    expect(trend(-100, 0, -60, -60, -60, -60).succeeded).toBe(false);
  });

  test('when the last third fell, where the last twenty leap too much to tell', () => {
    // 88 with a standard error of 8 over twenty, and of 3.5 over a hundred.
    const leaping = [...times(100, 100), ...times(200, 53, 123)];
    expect(trend(...leaping)).toMatchObject({ succeeded: true, good: false, well: true });
    // 95 is not low enough for that.
    expect(trend(...times(100, 100), ...times(200, 60, 130)).succeeded).toBe(false);
  });

  test('when the last twenty fell, by which the last third has hardly moved', () => {
    expect(trend(...times(280, 100), ...times(20, 95))).toMatchObject({ succeeded: true, good: false });
  });

  test('but not where the last twenty have risen again', () => {
    expect(trend(...times(100, 100), ...times(180, 80), ...times(20, 100))).toMatchObject({
      succeeded: false,
      failing: true,
    });
  });

  test('but not where the last twenty do not beat a constant prediction', () => {
    expect(guessed(...times(64, 120), ...times(12, 50), ...times(20, 99)).succeeded).toBe(false);
    // 97 in the last third, and 99 in the last twenty, with too much noise for a rise.
    const back = [...times(100, 120), ...times(180, 76.5, 116.5), ...times(20, 79, 119)];
    expect(guessed(...back).succeeded).toBe(false);
  });
});

describe('fails', () => {
  test('holds where training fails or its newest loss is no finite number', () => {
    expect(fails(run(times(20, 7)))).toBe(true);
    expect(fails(run([4, 3, 2, 1, Number.NaN]))).toBe(true);
    expect(fails(run([4, 3, 2, 1, Infinity]))).toBe(true);
  });

  test('does not hold where training does well, or nothing is known', () => {
    expect(fails(run(times(19, 7)))).toBe(false);
    expect(fails(run([4, 3, Number.NaN, 2, 1]))).toBe(false);
    expect(fails(run([4, 3, 2, 1, null]))).toBe(false);
    expect(fails(run([]))).toBe(false);
  });
});
