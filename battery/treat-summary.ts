import type { Remedy } from '../src/index.js';
import { reaches } from './goal.js';
import type { Program } from './program.js';
import { median } from './summary.js';
import type { Treated } from './treat-program.js';
import { type Share, shareOf } from './wilson.js';

/** One treated program at one seed, as `--treat --json` prints it. */
export interface TreatLine {
  readonly id: string;
  readonly seed: number;
  readonly faulty: boolean;
  readonly before: number | string;
  readonly after: number | string;
  /** Whether the goal was reached with treatment. */
  readonly reached: boolean;
  /** Whether it was reached without. */
  readonly reachedBefore: boolean;
  /** Kind and value of each change. */
  readonly applied: readonly string[];
  /** How many of the changes a trial was worse without. */
  readonly needed: number;
  /** CPU time of treatment and treated training over that of the untreated training. */
  readonly timeRatio: number;
  readonly seconds: Treated['seconds'];
}

/** What treatment is worth on these programs. */
export interface TreatSummary {
  readonly programs: number;
  /** Share of the faulty programs that reach their goal in a majority of their seeds. */
  readonly repaired: Share;
  /** Share of the healthy programs that were left as they are, likewise. */
  readonly leftAlone: Share;
  /** Share of the healthy programs that reach their goal, treated or not. */
  readonly stillHealthy: Share;
  /** CPU time of all treatments and treated trainings over that of all untreated trainings. */
  readonly timeRatio: number;
  /** Changes in the median, over the runs of faulty programs with any. */
  readonly medianChanges: number | null;
  /** Share of all changes that a trial was worse without: by its loss, its right classes or its findings. */
  readonly needed: Share;
}

const writable = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

export function treatLineOf(
  { id, faulty, goal }: Program,
  seed: number,
  { before, after, applied, seconds }: Treated,
): TreatLine {
  return {
    id,
    seed,
    faulty,
    before: writable(before),
    after: writable(after),
    reached: goal !== undefined && reaches(goal, after),
    reachedBefore: goal !== undefined && reaches(goal, before),
    applied: applied.map(({ kind, to }) => `${kind}: ${to}`),
    needed: applied.filter(isNeeded).length,
    timeRatio: (seconds.treatment + seconds.treated) / seconds.untreated,
    seconds,
  };
}

/** Whether leaving a change out was tried and made things worse. */
function isNeeded({ verified }: Remedy): boolean {
  if (!verified) return false;
  const { before, after, measure } = verified;
  return measure === 'accuracy' ? after > before : after < before;
}

export function summarizeTreatment(programs: readonly Program[], lines: readonly TreatLine[]): TreatSummary {
  const share = (faulty: boolean, holds: (line: TreatLine) => boolean): Share => {
    const of = programs.filter((program) => program.faulty === faulty);
    const hits = of.filter((program) => {
      const own = lines.filter(({ id }) => id === program.id);
      return 2 * own.filter(holds).length > own.length;
    });
    return shareOf(hits.length, of.length);
  };
  const total = (name: keyof Treated['seconds']): number =>
    lines.reduce((sum, { seconds }) => sum + seconds[name], 0);
  const changes = lines
    .filter(({ faulty, applied }) => faulty && applied.length > 0)
    .map(({ applied }) => applied.length);
  return {
    programs: programs.length,
    repaired: share(true, ({ reached }) => reached),
    leftAlone: share(false, ({ applied }) => applied.length === 0),
    stillHealthy: share(false, ({ reached }) => reached),
    timeRatio: (total('treatment') + total('treated')) / total('untreated'),
    medianChanges: median(changes),
    needed: shareOf(
      lines.reduce((sum, { needed }) => sum + needed, 0),
      lines.reduce((sum, { applied }) => sum + applied.length, 0),
    ),
  };
}
