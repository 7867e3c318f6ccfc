import type { Finding, Remedy } from '../record/finding.js';
import { type Candidate, candidatesOf, lastResorts, motionOf } from './candidates.js';
import type { Plan } from './plan.js';
import { applyRemedy } from './remedies/apply.js';
import type { RemedyContext } from './remedies/apply-remedy.js';
import type { Trial } from './trial.js';

/** A plan that was tried, with the changes that led to it. */
export interface State {
  readonly trial: Trial;
  readonly applied: readonly Remedy[];
  /** What is wrong with it. */
  readonly findings: readonly Finding[];
}

/** Tries a plan; `null` when there is no time left. */
export type Attempt = (plan: Plan, remedies: readonly Remedy[]) => Promise<Trial | null>;

/** Changes that are looked for one after the other. Heuristic. */
const rounds = 3;
/** Most trials of one round; those that overflow end early. Heuristic. */
const triesPerRound = 5;
/** Share of the loss by which a change must lower it. Heuristic. */
const helpful = 0.05;
/** Share by which it must lower the loss where no finding asked for it. Heuristic. */
const helpfulUnasked = 0.2;
/** Share of the loss below which a trial takes hardly anything off it, and of the weights that they hardly move. Heuristic. */
const [crawling, smallMotion] = [0.1, 1e-3];
/** Share of the loss that a trial must take off it, or training stands still. Heuristic. */
const standstill = 0.01;

/** Looks for changes, one after the other, each the best of those that help, until nothing is wrong. */
export async function search(start: State, context: RemedyContext, attempt: Attempt): Promise<State> {
  let state = start;
  for (let round = 0; round < rounds && isSick(state); round++) {
    const { plan } = state.trial;
    const next =
      (await best(state, candidatesOf(state.findings, plan, context), attempt, helpful)) ??
      (await best(state, lastResorts(state.trial, context), attempt, helpfulUnasked));
    if (!next) break;
    state = await furtherUp(next, context, attempt);
  }
  return start === state ? start : await withoutIdle(state, start, context, attempt);
}

/** Of a new learning rate the advice is a guess: whether three times as much is better still. */
async function furtherUp(state: State, context: RemedyContext, attempt: Attempt): Promise<State> {
  const last = state.applied.at(-1);
  if (last?.kind !== 'learning-rate' || typeof last.to !== 'number') return state;
  const remedy = { ...last, to: Number((3 * last.to).toPrecision(1)) };
  const plan = applyRemedy(state.trial.plan, remedy, context);
  const [more = null] = plan ? [await best(state, [{ remedies: [remedy], plan }], attempt, helpful)] : [];
  return more && more.findings.filter(isAlarm).length <= state.findings.filter(isAlarm).length ? more : state;
}

/** What is wrong with a trial still: gradients that are no numbers harm nothing where a clip leaves such steps out. */
function left({ plan, report, after }: Trial): readonly Finding[] {
  const isSkipped = plan.clip?.name.startsWith('skipNonFinite') === true && Number.isFinite(after);
  return isSkipped ? report.findings.filter(({ rule }) => rule !== 'non-finite') : report.findings;
}

const isAlarm = ({ severity }: Finding): boolean => severity !== 'info';

/** Whether anything is wrong with a training, as far as a trial shows. */
export function isSick({ trial, findings }: Pick<State, 'trial' | 'findings'>): boolean {
  return findings.some(isAlarm) || stands(trial) || crawls(trial);
}

/** Whether the loss falls hardly, and the weights hardly move: neither is wrong by itself. */
const crawls = ({ before, after, report }: Trial): boolean =>
  after > before - crawling * Math.abs(before) && (motionOf(report.run) ?? 1) < smallMotion;

const stands = ({ before, after }: Trial): boolean =>
  !Number.isFinite(after) || after > before - standstill * Math.abs(before);

/** The best of the changes that help; the first that leaves nothing wrong ends the search. */
async function best(
  state: State,
  candidates: readonly Candidate[],
  attempt: Attempt,
  least: number,
): Promise<State | null> {
  let found: State | null = null;
  for (const { plan, remedies } of candidates.slice(0, triesPerRound)) {
    const trial = await attempt(plan, remedies);
    if (!trial) break;
    const findings = left(trial);
    if (!helps(state, trial, least) || (found && !isBetter(trial, found.trial))) continue;
    const verified = { before: state.trial.after, after: trial.after, measure: 'loss' };
    const added = remedies.map((remedy): Remedy => ({ ...remedy, verified }));
    found = { trial, applied: merged(state.applied, added), findings };
    if (!isSick(found)) break;
  }
  return found;
}

/** A later change of the same thing takes the place of the earlier one. */
function merged(before: readonly Remedy[], added: readonly Remedy[]): readonly Remedy[] {
  const same = (a: Remedy, b: Remedy): boolean =>
    a.kind === b.kind && a.layers.join() === b.layers.join() && a.kind !== 'clip';
  return [...before.filter((old) => !added.some((remedy) => same(old, remedy))), ...added];
}

/** Whether a loss is lower by a share, or what was found is gone and the loss no higher. */
function helps({ trial: old, findings }: State, trial: Trial, least: number): boolean {
  if (!Number.isFinite(trial.after)) return false;
  if (!Number.isFinite(old.after)) return !stands(trial) || trial.after <= 2 * Math.abs(old.before);
  if (String(trial.plan.loss) !== String(old.plan.loss) && trial.accuracy !== null && old.accuracy !== null)
    return trial.accuracy > old.accuracy + least;
  if (trial.after < old.after - least * Math.abs(old.after)) return true;
  const [was, is] = [findings, left(trial)].map((all) => all.filter(isAlarm).length);
  return (is ?? 0) < (was ?? 0) && trial.after <= old.after + standstill * Math.abs(old.after);
}

function isBetter(a: Trial, b: Trial): boolean {
  return a.after < b.after;
}

/** Leaves each of several changes out once, and for good where nothing gets worse. */
async function withoutIdle(
  state: State,
  start: State,
  context: RemedyContext,
  attempt: Attempt,
): Promise<State> {
  let kept = state;
  for (const remedy of state.applied) {
    const rest = kept.applied.filter((each) => each !== remedy);
    if (rest.length === 0 || rest.length === kept.applied.length) continue;
    const plan = rest.reduce<Plan | null>(
      (before, each) => before && applyRemedy(before, each, context),
      start.trial.plan,
    );
    const trial = plan && (await attempt(plan, rest));
    if (!trial || !isNoWorse(trial, kept)) continue;
    kept = { trial, applied: rest, findings: left(trial) };
  }
  return kept;
}

function isNoWorse(trial: Trial, { trial: other, findings }: State): boolean {
  const alarms = left(trial).filter(isAlarm).length;
  return (
    trial.after <= other.after + standstill * Math.abs(other.after) &&
    alarms <= findings.filter(isAlarm).length
  );
}
