import { expect, test } from 'vitest';
import type { Rule } from '../../src/record/finding.js';
import type { StepRecord } from '../../src/record/run.js';
import { diagnose } from '../../src/rules/diagnose.js';
import { failing } from './facts.js';
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

test.each<[string, Rule, (step: number) => number]>([
  ['rises', lossDivergence(), rising],
  ['stays', lossPlateau(), flatLoss],
  ['leaps', lossOscillation(), leaping],
])('a loss that %s says nothing against training where an adversary moves it', (_what, rule, loss) => {
  expect(rule.check(moved(loss, () => true))).toEqual([]);
  expect(rule.check(moved(loss, (step) => step % 20 < 11))).toEqual([]);
  expect(rule.check(moved(loss, (step) => step % 20 < 10))).toHaveLength(1);
  expect(rule.check(moved(loss, (step) => step < 280))).toHaveLength(1);
});

test('the verdict says that the loss is moved by others too', () => {
  const { verdict } = diagnose(
    moved(flatLoss, () => true),
    [],
  );
  expect(verdict).toMatch(
    /: the loss went from 0\.7 to 0\.\d+, which layers that something else trains move too\.$/,
  );
});
