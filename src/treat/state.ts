import type { Finding, Remedy } from '../record/finding.js';
import { motionOf } from './candidates.js';
import type { IsHopeless, Trial } from './trial.js';

/** A plan that was tried, with the changes that led to it. */
export interface State {
  readonly trial: Trial;
  readonly applied: readonly Remedy[];
  /** What is wrong with it. */
  readonly findings: readonly Finding[];
}

/** Share of the loss below which a trial takes hardly anything off it, and of the weights that they hardly move. Heuristic. */
const [crawling, smallMotion] = [0.1, 1e-3];
/** Share of the loss that a trial must take off it, or training stands still. Heuristic. */
const standstill = 0.01;
/** Share of another trial's loss by which one must be above it halfway to be given up. Heuristic. */
const hopeless = 0.1;

/** What is wrong with a trial still: gradients that are no numbers harm nothing where a clip leaves such steps out. */
export function left({ plan, report, after }: Trial): readonly Finding[] {
  const isSkipped = plan.clip?.name.startsWith('skipNonFinite') === true && Number.isFinite(after);
  return isSkipped ? report.findings.filter(({ rule }) => rule !== 'non-finite') : report.findings;
}

/** How many findings are more than notes. */
export const alarms = (findings: readonly Finding[]): number =>
  findings.filter(({ severity }) => severity !== 'info').length;

/** Whether anything is wrong with a training, as far as a trial shows. */
export function isSick({ trial, findings }: Pick<State, 'trial' | 'findings'>): boolean {
  return alarms(findings) > 0 || stands(trial) || crawls(trial);
}

/** Whether the loss falls hardly, and the weights hardly move: neither is wrong by itself. */
const crawls = ({ before, after, report }: Trial): boolean =>
  after > before - crawling * Math.abs(before) && (motionOf(report.run) ?? 1) < smallMotion;

const stands = ({ before, after }: Trial): boolean =>
  !Number.isFinite(after) || after > before - standstill * Math.abs(before);

/** Whether a loss is lower by the share `least`, or what was found is gone and the loss no higher. */
export function helps({ trial: old, findings }: State, trial: Trial, least: number): boolean {
  if (trial.givenUp || !Number.isFinite(trial.after)) return false;
  if (!Number.isFinite(old.after)) return !stands(trial) || trial.after <= 2 * Math.abs(old.before);
  const { gain, measure } = compare(old, trial);
  if (gain > least) return true;
  return measure !== 'accuracy' && gain >= -standstill && alarms(left(trial)) < alarms(findings);
}

/** Gives a trial of this loss up where it is well above one of these halfway. */
export function unlessWorse(others: readonly Trial[], loss: Trial['plan']['loss']): IsHopeless {
  // Another loss falls along another way.
  const limits = others
    .filter(({ plan }) => String(plan.loss) === String(loss))
    .map(({ halfway }) => halfway + hopeless * Math.abs(halfway));
  return (halfway) => limits.some((limit) => halfway > limit);
}

/** What a state has over one without some change, by the first measure that is worse there; `null` where none is. */
export function worth(without: State, whole: State): NonNullable<Remedy['verified']> | null {
  const { gain, ...verified } = compare(without.trial, whole.trial);
  if (gain > standstill) return verified;
  const [before, after] = [alarms(without.findings), alarms(whole.findings)];
  return before > after ? { before, after, measure: 'findings' } : null;
}

/** Two trials by their losses, halfway where one went no further; by their right classes where the losses differ in kind. */
function compare(a: Trial, b: Trial): NonNullable<Remedy['verified']> & { readonly gain: number } {
  const isComparable = String(a.plan.loss) === String(b.plan.loss);
  if (!isComparable && a.accuracy !== null && b.accuracy !== null) {
    return { measure: 'accuracy', before: a.accuracy, after: b.accuracy, gain: b.accuracy - a.accuracy };
  }
  const isCut = a.givenUp || b.givenUp;
  const [before, after] = isCut ? [a.halfway, b.halfway] : [a.after, b.after];
  return { measure: isCut ? 'loss halfway' : 'loss', before, after, gain: shareSaved(before, after) };
}

/** Share of a loss that another one saves. */
function shareSaved(before: number, after: number): number {
  if (!Number.isFinite(before)) return Number.isFinite(after) ? 1 : 0;
  return (before - after) / Math.max(Math.abs(before), Number.MIN_VALUE);
}
