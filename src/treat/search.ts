import type { Remedy } from '../record/finding.js';
import { guessLoss } from '../rules/guess-loss.js';
import { type Attempt, keyOf, type Search } from './attempt.js';
import { type Candidate, candidatesOf, lastResorts } from './candidates.js';
import { prune } from './prune.js';
import { applyRemedy } from './remedies/apply.js';
import type { RemedyContext } from './remedies/apply-remedy.js';
import { alarms, helps, isSick, left, type State, unlessWorse } from './state.js';

/** Changes that are looked for one after the other. Heuristic. */
const rounds = 3;
/** Most trials of one round; those that overflow end early. Heuristic. */
const triesPerRound = 5;
/** Most trials of all rounds. Heuristic. */
const mostTries = 12;
/** Share of the loss by which a change must lower it. Heuristic. */
const helpful = 0.05;
/** Share by which it must lower the loss where no finding asked for it. Heuristic. */
const helpfulUnasked = 0.2;
/** Multiple of a constant prediction's loss above which a treated training has not begun to learn. Heuristic. */
const farAboveGuess = 2;

/** Looks for changes, one after the other, each the best of those that help, until nothing is wrong. */
export async function search(start: State, context: RemedyContext, attempt: Attempt): Promise<State> {
  let tries = 0;
  const limited: Attempt = async (...trial) => (tries++ < mostTries ? await attempt(...trial) : null);
  const all: Search = { start, context, attempt: limited, seen: new Map([[keyOf([]), start]]) };
  let state = start;
  for (let round = 0; round < rounds && ails(state, all); round++) {
    // A fault that goes unnoticed once the loss falls may still be what keeps it up.
    const { findings } = alarms(state.findings) > 0 ? state : start;
    const next =
      (await best(state, candidatesOf(findings, state.trial, context), helpful, all)) ??
      (await best(state, lastResorts(state.trial, context), helpfulUnasked, all));
    if (!next) break;
    state = await furtherUp(next, all);
  }
  return start === state ? start : await prune(state, { ...all, attempt });
}

/** Whether there is more to do: a loss that is far above a constant prediction's after a change too is not treated yet. */
function ails(state: State, { start }: Search): boolean {
  const guess = guessLoss(start.trial.report.run);
  return isSick(state) || (state !== start && guess !== null && state.trial.after > farAboveGuess * guess);
}

/**
 * Of a new learning rate the advice is a guess: whether three times as much is better still. What it was lowered for may
 * since have been changed: then ten times.
 */
async function furtherUp(state: State, all: Search): Promise<State> {
  const rate = state.applied.filter(({ kind }) => kind === 'learning-rate').at(-1);
  if (!rate || typeof rate.to !== 'number') return state;
  const { plan } = state.trial;
  const higher = (rate === state.applied.at(-1) ? [3] : [10, 3]).flatMap((times): Candidate[] => {
    const remedy = { ...rate, to: Number((times * Number(rate.to)).toPrecision(1)) };
    const changed = applyRemedy(plan, remedy, all.context);
    return changed ? [{ remedies: [remedy], plan: changed }] : [];
  });
  const more = await best(state, higher, helpful, all);
  return more && alarms(more.findings) <= alarms(state.findings) ? more : state;
}

/** The best of the changes that help by the share `least`; the first that leaves nothing wrong ends the search. */
async function best(
  state: State,
  candidates: readonly Candidate[],
  least: number,
  all: Search,
): Promise<State | null> {
  let found: State | null = null;
  const isNew = ({ remedies }: Candidate): boolean => !all.seen.has(keyOf(merged(state.applied, remedies)));
  for (const { plan, remedies } of candidates.filter(isNew).slice(0, triesPerRound)) {
    const rivals = found ? [state.trial, found.trial] : [state.trial];
    const inForce = merged(state.applied, remedies);
    const trial = await all.attempt(plan, inForce, unlessWorse(rivals, plan.loss));
    if (!trial) break;
    if (trial.givenUp) continue;
    const verified = { before: state.trial.after, after: trial.after, measure: 'loss' };
    const added = remedies.map((remedy): Remedy => ({ ...remedy, verified }));
    const next = { trial, applied: merged(state.applied, added), findings: left(trial) };
    all.seen.set(keyOf(next.applied), next);
    if (!helps(state, trial, least) || (found && !(trial.after < found.trial.after))) continue;
    found = next;
    if (!ails(found, all)) break;
  }
  return found;
}

/** A later change of the same thing takes the place of the earlier one. */
function merged(before: readonly Remedy[], added: readonly Remedy[]): readonly Remedy[] {
  const same = (a: Remedy, b: Remedy): boolean =>
    a.kind === b.kind && a.layers.join() === b.layers.join() && a.kind !== 'clip';
  return [...before.filter((old) => !added.some((remedy) => same(old, remedy))), ...added];
}
