import type { Remedy } from '../record/finding.js';
import { keyOf, type Search } from './attempt.js';
import type { Plan } from './plan.js';
import { applyRemedy } from './remedies/apply.js';
import { left, type State, unlessWorse, worth } from './state.js';

/**
 * Leaves each of several changes out once, and for good where nothing gets worse. Each that stays tells what leaving it
 * out does, as far as there was time to find out.
 */
export async function prune(state: State, all: Search): Promise<State> {
  const proved: Remedy[] = [];
  for (const remedy of state.applied) {
    const rest = state.applied.filter((each) => each !== remedy);
    const other = await stateWith(rest, state, all);
    const verified = other && worth(other, state);
    if (other && !verified && rest.length > 0) return await prune(other, all);
    proved.push(verified ? { ...remedy, verified } : remedy);
  }
  return { ...state, applied: proved };
}

/** What these changes alone come to; `null` where they cannot be made without the others, or there is no time. */
async function stateWith(
  applied: readonly Remedy[],
  { trial: whole }: State,
  { start, context, attempt, seen }: Search,
): Promise<State | null> {
  const known = seen.get(keyOf(applied));
  if (known) return known;
  const plan = applied.reduce<Plan | null>(
    (before, each) => before && applyRemedy(before, each, context),
    start.trial.plan,
  );
  const trial = plan && (await attempt(plan, applied, unlessWorse([whole], plan.loss)));
  return trial && { trial, applied, findings: left(trial) };
}
