import type { Finding } from '../src/index.js';
import type { Program } from './program.js';
import type { Outcome } from './run-program.js';
import { type Share, shareOf } from './wilson.js';

/** One program at one seed, as `--json` prints it. */
export interface Line {
  readonly id: string;
  readonly seed: number;
  readonly faulty: boolean;
  readonly fired: readonly Pick<Finding, 'rule' | 'severity' | 'firstStep' | 'where'>[];
  /** Rule of the highest ranked finding that is more than a note. */
  readonly first: string | null;
  readonly steps: number;
  readonly loss: number | string;
  readonly metric: number | string;
}

/** What the rules are worth on these programs. */
export interface Summary {
  readonly programs: number;
  /** Share of the faulty programs that were flagged. */
  readonly recall: Share;
  /** Share of the healthy programs that were flagged. */
  readonly falseAlarms: Share;
  /** Share of the faulty programs whose first finding names a right cause. */
  readonly rightCause: Share;
  /** Median, over the flagged runs of faulty programs, of the first step of any finding; `null` without such a run. */
  readonly medianFirstStep: number | null;
  /** Faulty and healthy programs in which each rule fired. */
  readonly perRule: Readonly<Record<string, { readonly tp: number; readonly fp: number }>>;
}

const isAlarm = ({ severity }: Pick<Finding, 'severity'>): boolean => severity !== 'info';

/** JSON has no word for these. */
const writable = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** The part of an outcome that a line tells. */
type Judged = Omit<Outcome, 'findings' | 'losses'> & { readonly findings: Line['fired'] };

export function lineOf(
  { id, faulty }: Program,
  seed: number,
  { findings, steps, loss, metric }: Judged,
): Line {
  return {
    id,
    seed,
    faulty,
    fired: findings.map(({ rule, severity, firstStep, where }) => ({ rule, severity, firstStep, where })),
    first: findings.find(isAlarm)?.rule ?? null,
    steps,
    loss: writable(loss),
    metric: writable(metric),
  };
}

/** Scores programs by all their lines; what holds in a majority of its seeds holds for a program. */
export function summarize(
  programs: readonly Program[],
  lines: readonly Line[],
  ruleIds: readonly string[],
): Summary {
  const majority = (program: Program, holds: (line: Line) => boolean): boolean => {
    const own = lines.filter(({ id }) => id === program.id);
    return 2 * own.filter(holds).length > own.length;
  };
  const tally = (of: readonly Program[], holds: (program: Program) => (line: Line) => boolean): number =>
    of.filter((program) => majority(program, holds(program))).length;
  const flagged = () => (line: Line) => line.fired.some(isAlarm);
  const faulty = programs.filter((program) => program.faulty);
  const healthy = programs.filter((program) => !program.faulty);

  const fired = lines.flatMap((line) => line.fired.filter(isAlarm).map(({ rule }) => rule));
  const rules = [...new Set([...ruleIds, ...fired])].sort();
  const fires = (rule: string) => () => (line: Line) =>
    line.fired.some((finding) => finding.rule === rule && isAlarm(finding));
  return {
    programs: programs.length,
    recall: shareOf(tally(faulty, flagged), faulty.length),
    falseAlarms: shareOf(tally(healthy, flagged), healthy.length),
    rightCause: shareOf(
      tally(
        faulty,
        ({ causes = [] }) =>
          ({ first }) =>
            first !== null && causes.includes(first),
      ),
      faulty.length,
    ),
    medianFirstStep: median(
      lines
        .filter((line) => line.faulty && line.fired.some(isAlarm))
        .map((line) => Math.min(...line.fired.filter(isAlarm).map(({ firstStep }) => firstStep))),
    ),
    perRule: Object.fromEntries(
      rules.map((rule) => [rule, { tp: tally(faulty, fires(rule)), fp: tally(healthy, fires(rule)) }]),
    ),
  };
}

/** `null` of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
