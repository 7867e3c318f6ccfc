import { expect, test } from 'vitest';
import type { Rule } from '../../src/record/finding.js';
import type { StepRecord } from '../../src/record/run.js';
import { diagnose } from '../../src/rules/diagnose.js';
import { dataStats, failing } from './facts.js';
import { flatLoss } from './histories.js';
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
