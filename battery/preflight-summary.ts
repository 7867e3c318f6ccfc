import type { Finding } from '../src/index.js';
import type { Program } from './program.js';
import { median } from './summary.js';
import { shareText } from './text.js';
import { type Share, shareOf } from './wilson.js';

/** What the look before one training found. */
export interface PreflightLine {
  readonly id: string;
  /** Whether anything more than a note was found. */
  readonly flagged: boolean;
  /** Whether a cause of the program's fault was among it. */
  readonly named: boolean;
  readonly milliseconds: number;
}

/** What `preflight` is worth on these programs. */
export interface PreflightSummary {
  /** Share of the programs with a fault of initialisation in which a cause was named before the first step. */
  readonly named: Share;
  /** Share of the healthy programs in which nothing was. */
  readonly calm: Share;
  /** Wall-clock time of a look in the median. */
  readonly medianMilliseconds: number | null;
}

/** Causes that stand before the first step. */
const initial = new Set(['poor-initialization', 'symmetric-weights']);

export function preflightLineOf(
  { id, causes = [] }: Program,
  findings: readonly Finding[],
  milliseconds: number,
): PreflightLine {
  const alarms = findings.filter(({ severity }) => severity !== 'info');
  const named = alarms.some(({ rule }) => causes.includes(rule));
  return { id, flagged: alarms.length > 0, named, milliseconds };
}

export function summarizePreflight(
  programs: readonly Program[],
  lines: readonly PreflightLine[],
): PreflightSummary {
  const share = (of: readonly Program[], holds: (line: PreflightLine) => boolean): Share => {
    const hits = of.filter((program) => {
      const own = lines.filter(({ id }) => id === program.id);
      return 2 * own.filter(holds).length > own.length;
    });
    return shareOf(hits.length, of.length);
  };
  const faults = programs.filter(({ causes = [] }) => causes.some((cause) => initial.has(cause)));
  return {
    named: share(faults, ({ named }) => named),
    calm: share(
      programs.filter(({ faulty }) => !faulty),
      ({ flagged }) => !flagged,
    ),
    medianMilliseconds: median(lines.map(({ milliseconds }) => milliseconds)),
  };
}

/** Before the first step: what was named, and how fast. */
export function preflightText({ named, calm, medianMilliseconds }: PreflightSummary): string {
  return [
    'before the first step, by preflight',
    `named  ${shareText(named)} of the programs with a fault of initialisation`,
    `calm   ${shareText(calm)} of the healthy programs`,
    `time   ${medianMilliseconds?.toFixed(0) ?? '-'} ms in the median`,
  ].join('\n');
}
