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
  readonly perRule: Readonly<Record<string, RuleScore>>;
  /** Faulty and healthy programs with a finding of each severity. */
  readonly perSeverity: Readonly<Record<Finding['severity'], Counts>>;
}

/** Faulty and healthy programs in which something fired. */
export interface Counts {
  readonly tp: number;
  readonly fp: number;
}

/** Alarms of one rule. */
export interface RuleScore extends Counts {
  /** Faulty programs in which the rule is among the right causes, of those in which it fired. */
  readonly right: number;
  /** Median of the first step of its findings, over the runs of faulty programs; `null` without one. */
  readonly medianFirstStep: number | null;
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
  const linesOf = new Map(programs.map(({ id }) => [id, lines.filter((line) => line.id === id)]));
  const holding = (of: readonly Program[], holds: (line: Line, program: Program) => boolean): Program[] =>
    of.filter((program) => {
      const own = linesOf.get(program.id)!;
      return 2 * own.filter((line) => holds(line, program)).length > own.length;
    });
  const faulty = programs.filter((program) => program.faulty);
  const healthy = programs.filter((program) => !program.faulty);
  const counts = (holds: (line: Line) => boolean): Counts => ({
    tp: holding(faulty, holds).length,
    fp: holding(healthy, holds).length,
  });
  const alarms = faulty
    .flatMap(({ id }) => linesOf.get(id)!)
    .map(({ fired }) => fired.filter(isAlarm))
    .filter((fired) => fired.length > 0);
  const firstStep = (runs: readonly Line['fired'][]): number | null =>
    median(runs.map((fired) => Math.min(...fired.map((finding) => finding.firstStep))));

  const scoreOf = (rule: string): RuleScore => {
    const fires = (line: Line): boolean => line.fired.some((each) => each.rule === rule && isAlarm(each));
    const own = alarms.map((fired) => fired.filter((finding) => finding.rule === rule));
    return {
      ...counts(fires),
      right: holding(faulty, fires).filter(({ causes = [] }) => causes.includes(rule)).length,
      medianFirstStep: firstStep(own.filter((fired) => fired.length > 0)),
    };
  };
  const fired = [...linesOf.values()].flat().flatMap((line) => line.fired.filter(isAlarm));
  const rules = [...new Set([...ruleIds, ...fired.map(({ rule }) => rule)])].sort();
  const flagged = ({ first }: Line): boolean => first !== null;
  const right = ({ first }: Line, { causes = [] }: Program): boolean =>
    first !== null && causes.includes(first);
  const ofSeverity = (severity: Finding['severity']): Counts =>
    counts((line) => line.fired.some((finding) => finding.severity === severity));
  return {
    programs: programs.length,
    recall: shareOf(holding(faulty, flagged).length, faulty.length),
    falseAlarms: shareOf(holding(healthy, flagged).length, healthy.length),
    rightCause: shareOf(holding(faulty, right).length, faulty.length),
    medianFirstStep: firstStep(alarms),
    perRule: Object.fromEntries(rules.map((rule) => [rule, scoreOf(rule)])),
    perSeverity: {
      error: ofSeverity('error'),
      warning: ofSeverity('warning'),
      info: ofSeverity('info'),
    },
  };
}

/** `null` of nothing. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
