import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/treat/plan.js';
import { search } from '../../src/treat/search.js';
import {
  attemptBy,
  clip,
  context,
  epsilon,
  finding,
  plan,
  rate,
  runWith,
  stateOf,
  trialOf,
} from './trials.js';

const learningRate = ({ optimizer }: Plan) => Number(optimizer.config['learningRate']);
const hasEpsilon = ({ optimizer }: Plan) => optimizer.config['epsilon'] === 1e-7;

describe('search', () => {
  test('ends with the first change that leaves nothing wrong', async () => {
    const start = stateOf(trialOf(plan, 1, [finding(clip, epsilon)]));
    const { attempt, tried } = attemptBy(({ clip: by }) => (by ? 0.2 : 0.5));
    const { applied } = await search(start, context, attempt);
    expect(applied).toEqual([{ ...clip, verified: { measure: 'loss', before: 1, after: 0.2 } }]);
    expect(tried).toHaveLength(1);
  });

  test('gives up halfway what is clearly worse there than without it', async () => {
    const start = stateOf(trialOf(plan, 0.8, [finding(clip, epsilon)]));
    // Halfway 1.5 with the clip, against 0.9 without.
    const { attempt, tried } = attemptBy(({ clip: by }) => (by ? 2 : 0.3));
    const { applied } = await search(start, context, attempt);
    expect(tried.map(({ trial }) => trial.givenUp)).toEqual([true, false]);
    expect(applied.map(({ kind }) => kind)).toEqual(['optimizer']);
  });

  test('goes on while the loss is far above that of a constant prediction, with what was found at first', async () => {
    const run = runWith(0.01);
    const start = stateOf(trialOf(plan, 1, [finding(rate, epsilon)], run));
    // 0.4 is 40 times the guess of 0.01; both changes together come below twice of it.
    const { attempt, tried } = attemptBy(
      (of) => (hasEpsilon(of) ? 0.5 : 1) * (learningRate(of) < 1 ? 0.03 : 1),
    );
    const { applied } = await search(start, context, attempt);
    expect(applied.map(({ kind }) => kind)).toEqual(['learning-rate', 'optimizer']);
    // Trials tell all that is changed in them.
    const together = tried.filter(({ remedies }) => remedies.length === 2);
    expect(together.length).toBeGreaterThan(0);
    for (const { trial, remedies } of tried) {
      expect(remedies.some(({ kind }) => kind === 'optimizer')).toBe(hasEpsilon(trial.plan));
      const changed = remedies.find(({ kind }) => kind === 'learning-rate');
      expect(learningRate(trial.plan)).toBe(changed?.to ?? learningRate(plan));
    }
  });

  test('tries three times a new rate, and keeps to the first where that is no better', async () => {
    const start = stateOf(trialOf(plan, 1, [finding(rate)]));
    const { attempt, tried } = attemptBy((of) => (learningRate(of) === 0.1 ? 0.2 : 0.6));
    const { applied } = await search(start, context, attempt);
    expect(tried.map(({ trial }) => learningRate(trial.plan))).toEqual([0.1, 0.3]);
    expect(applied.map(({ to }) => to)).toEqual([0.1]);
  });

  test('raises a rate again that was lowered for what another change has mended since', async () => {
    const run = runWith(0.01);
    const start = stateOf(trialOf(plan, 1, [finding(rate, epsilon)], run));
    // A rate may be 0.2 at most, and 0.9 with the epsilon, where higher ones are better.
    const { attempt } = attemptBy((of) => {
      if (learningRate(of) > (hasEpsilon(of) ? 0.9 : 0.2)) return 1;
      return hasEpsilon(of) ? 0.1 * (1 - learningRate(of)) : 0.5;
    });
    const { applied } = await search(start, context, attempt);
    // 10 times 0.1 is too high, 3 times is not.
    expect(applied.map(({ kind, to }) => [kind, to])).toEqual([
      ['optimizer', 1e-7],
      ['learning-rate', 0.3],
    ]);
  });

  test('changes nothing where nothing helps', async () => {
    const findings = [finding(rate, epsilon, clip)];
    const start = stateOf(trialOf(plan, 1, findings));
    const { attempt } = attemptBy(() => 1, findings);
    expect(await search(start, context, attempt)).toBe(start);
  });
});
