import { describe, expect, test } from 'vitest';
import type { Rule } from '../../src/record/finding.js';
import type { StepRecord } from '../../src/record/run.js';
import { diagnose } from '../../src/rules/diagnose.js';
import { incomparableLosses } from '../../src/rules/incomparable-losses.js';
import { dataStats, failing } from './facts.js';
import { chain, flatLoss } from './histories.js';
import { lossDivergence, lossOscillation, lossPlateau } from './told.js';

const rising = (step: number) => 0.7 + 0.1 * step;
const leaping = (step: number) => (step % 2 === 0 ? 0.1 : 5);

/** A loss that fails, while at such steps something else moves other layers of the model. */
const moved = (loss: (step: number) => number, at: (step: number) => boolean) =>
  failing({
    steps: 300,
    loss,
    change: (record): StepRecord => (at(record.step) ? { ...record, movedElsewhere: true } : record),
  });

/** A loss that fails, of targets of mean 1 and deviation 2 at first. */
const ofTargets = (loss: (step: number) => number, recent?: { mean: number; std: number }) =>
  failing(
    { steps: 300, loss },
    {
      input: dataStats(1),
      target: dataStats(1, { mean: 1, std: 2 }),
      ...(recent && { recentTarget: dataStats(1, recent) }),
    },
  );

const losses: [string, Rule, (step: number) => number][] = [
  ['rises', lossDivergence(), rising],
  ['stays', lossPlateau(), flatLoss],
  ['leaps', lossOscillation(), leaping],
];

test.each(losses)(
  'a loss that %s says nothing against training where an adversary moves it',
  (_what, rule, loss) => {
    expect(rule.check(moved(loss, () => true))).toEqual([]);
    expect(rule.check(moved(loss, (step) => step % 20 < 11))).toEqual([]);
    expect(rule.check(moved(loss, (step) => step % 20 < 10))).toHaveLength(1);
    expect(rule.check(moved(loss, (step) => step < 280))).toHaveLength(1);
  },
);

test.each(losses)(
  'a loss that %s says nothing against training where its targets move away',
  (_what, rule, loss) => {
    expect(rule.check(ofTargets(loss))).toHaveLength(1);
    expect(rule.check(ofTargets(loss, { mean: 1, std: 3 }))).toHaveLength(1);
    expect(rule.check(ofTargets(loss, { mean: 1, std: 3.01 }))).toEqual([]);
    // Three away, squared: 2.4^2 + 1.8^2 = 9.
    expect(rule.check(ofTargets(loss, { mean: 3.4, std: 1.79 }))).toHaveLength(1);
    expect(rule.check(ofTargets(loss, { mean: 3.4, std: 1.81 }))).toEqual([]);
    expect(rule.check(ofTargets(loss, { mean: -1.4, std: 1.81 }))).toEqual([]);
  },
);

test('targets that were all alike at first say nothing of whether they move', () => {
  const alike = { input: dataStats(1), target: dataStats(1, { mean: 1, std: 0 }) };
  const run = failing(
    { steps: 300, loss: rising },
    { ...alike, recentTarget: dataStats(1, { mean: 1, std: 1 }) },
  );
  expect(lossDivergence().check(run)).toHaveLength(1);
});

/** A loss of a kind, whose last third has this mean and a standard deviation of 1, and is low in one of so many steps. */
const around = (mean: number, loss: string | string[] = [], rarely = 2) => {
  const depth = Math.sqrt(rarely - 1);
  return failing({
    steps: 300,
    model: { ...chain([{ path: 'a' }]), loss },
    loss: (step) => mean + (step < 200 ? 0.01 * (-1) ** step : step % rarely === 0 ? -depth : 1 / depth),
  });
};

describe('a loss of your own around 0', () => {
  test('says nothing against training: a policy gradient or a critic has such', () => {
    for (const mean of [-2.9, -0.5, 0.5]) expect(incomparableLosses(around(mean))).toMatch(/policy/);
    expect(incomparableLosses(around(0.5, 'surrogate'))).toMatch(/policy/);
    expect(lossOscillation().check(around(-0.5))).toEqual([]);
    expect(lossPlateau().check(around(-0.5))).toEqual([]);
  });

  test('is below 0 in more than one of twenty steps, and no more than three standard deviations away', () => {
    expect(incomparableLosses(around(0.5, [], 16))).toBeDefined();
    expect(incomparableLosses(around(0.5, [], 20))).toBeUndefined();
    expect(incomparableLosses(around(-3.1))).toBeUndefined();
    expect(lossPlateau().check(around(-3.1))).toHaveLength(1);
    // Above 0 all the time.
    expect(incomparableLosses(around(1.1))).toBeUndefined();
  });

  test('is none of those of tfjs', () => {
    for (const loss of [
      'cosineProximity',
      'poisson',
      'hinge',
      'kullbackLeiblerDivergence',
      'meanSquaredError',
    ])
      expect(incomparableLosses(around(0, loss))).toBeUndefined();
  });

  test('is judged like any other once it falls', () => {
    const falling = failing({ steps: 300, model: null, loss: (step) => 3 - 0.02 * step + (step % 2) });
    expect(incomparableLosses(falling)).toBeUndefined();
  });
});

test('a loss of your own that has risen and stays there is no plateau, as that of a policy whose returns grow', () => {
  const risen = (loss: string | string[], to = 13) =>
    failing({
      steps: 300,
      model: { ...chain([{ path: 'a' }]), loss },
      loss: (step) => (step < 50 ? 8 : to) + (step % 2),
    });
  expect(lossPlateau().check(risen([]))).toEqual([]);
  expect(lossPlateau().check(risen('hinge'))).toHaveLength(1);
  expect(lossPlateau().check(risen([], 8))).toHaveLength(1);
});

test('the verdict says of a loss around 0 that it need not fall', () => {
  const { verdict } = diagnose(around(-0.5), []);
  expect(verdict).toMatch(
    /, around 0, as that of a policy or a critic, which need not fall for them to do well\.$/,
  );
});

test('the verdict says that the targets move', () => {
  const { verdict } = diagnose(ofTargets(flatLoss, { mean: 9, std: 2 }), []);
  expect(verdict).toMatch(
    /: the loss went from 0\.7 to 0\.\d+, of targets that change as training goes on\.$/,
  );
});

test('the verdict says that the loss is moved by others too', () => {
  const { verdict } = diagnose(
    moved(flatLoss, () => true),
    [],
  );
  expect(verdict).toMatch(
    /: the loss went from 0\.7 to 0\.\d+, which weights that something else trains move too\.$/,
  );
});
