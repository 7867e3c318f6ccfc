import { describe, expect, test } from 'vitest';
import type { Remedy } from '../../src/record/finding.js';
import { keyOf } from '../../src/treat/attempt.js';
import type { Plan } from '../../src/treat/plan.js';
import { prune } from '../../src/treat/prune.js';
import { applyRemedy } from '../../src/treat/remedies/apply.js';
import type { State } from '../../src/treat/state.js';
import { attemptBy, clip, context, epsilon, finding, plan, rate, stateOf, trialOf } from './trials.js';

const start = stateOf(trialOf(plan, 1, [finding()]));
const lossOf = ({ optimizer: { config } }: Plan): number =>
  1 - (config['learningRate'] === 0.1 ? 0.4 : 0) - (config['epsilon'] === 1e-7 ? 0.3 : 0);
const withAll = (...applied: Remedy[]): State => {
  const changed = applied.reduce((before, remedy) => applyRemedy(before, remedy, context) ?? before, plan);
  return stateOf(trialOf(changed, lossOf(changed)), ...applied);
};
const seenOnly = (...states: State[]) => new Map(states.map((state) => [keyOf(state.applied), state]));

describe('prune', () => {
  test('leaves out what nothing gets worse without, and says of the rest what gets worse', async () => {
    const { attempt } = attemptBy(lossOf);
    const { applied } = await prune(withAll(rate, clip, epsilon), {
      start,
      context,
      attempt,
      seen: seenOnly(start),
    });
    // 0.3 with both. Halfway it is 0.65, and 0.85 without the rate, 0.8 without the epsilon: both are given up there.
    expect(applied).toEqual([
      { ...rate, verified: { measure: 'loss halfway', before: 0.85, after: 0.65 } },
      { ...epsilon, verified: { measure: 'loss halfway', before: 0.8, after: 0.65 } },
    ]);
  });

  test('tries nothing that is known', async () => {
    const { attempt, tried } = attemptBy(lossOf);
    const seen = seenOnly(start, withAll(rate), withAll(epsilon));
    const { applied } = await prune(withAll(epsilon, rate), { start, context, attempt, seen });
    expect(tried).toEqual([]);
    expect(applied.map(({ kind }) => kind)).toEqual(['optimizer', 'learning-rate']);
    // 1 - 0.4 without the epsilon, and 0.3 with both.
    expect(applied[0]!.verified!.before).toBeCloseTo(0.6, 12);
    expect(applied[0]!.verified!.after).toBeCloseTo(0.3, 12);
  });

  test('keeps what findings come back without', async () => {
    const { attempt } = attemptBy(lossOf);
    const seen = seenOnly(start, stateOf(trialOf(plan, 0.7, [finding()]), epsilon));
    const state = withAll(clip, epsilon);
    const { applied } = await prune(state, { start, context, attempt, seen });
    expect(applied[0]).toEqual({ ...clip, verified: { measure: 'findings', before: 1, after: 0 } });
  });

  test('keeps the last change without asking, and what there is no time to leave out', async () => {
    const { attempt, tried } = attemptBy(lossOf);
    const one = withAll(clip);
    expect((await prune(one, { start, context, attempt, seen: seenOnly(start) })).applied).toHaveLength(1);
    expect(tried).toEqual([]);
    const both = withAll(clip, epsilon);
    const late = { start, context, attempt: async () => null, seen: seenOnly(start) };
    expect((await prune(both, late)).applied).toEqual(both.applied);
  });
});
