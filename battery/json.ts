import type { Dropped } from './mutants/prove-mutants.js';
import type { PreflightSummary } from './preflight-summary.js';
import type { Line, Summary } from './summary.js';
import type { Share } from './wilson.js';

/** What a line about a whole set of programs says. */
export interface PlainSummary extends Omit<Summary, Shares> {
  readonly recall: number | null;
  readonly falseAlarms: number | null;
  readonly rightCause: number | null;
  /** At 95 %. */
  readonly intervals: Readonly<Record<Shares, readonly [low: number, high: number]>>;
}

/** The last line. */
export interface LastLine extends PlainSummary {
  readonly summary: true;
  /** How the battery was called. */
  readonly command: string;
  /** Mutants that are not counted, and why. */
  readonly dropped?: readonly Dropped[];
}

type Shares = 'recall' | 'falseAlarms' | 'rightCause';

/** One run as a line of JSON. */
export const lineJson = (line: Line): string => JSON.stringify(line);

/** The score as the last line: plain numbers, and the 95 % intervals beside them. */
export function summaryJson(
  summary: Summary,
  command: string,
  preflight?: PreflightSummary,
  dropped?: readonly Dropped[],
): string {
  const line: LastLine = { summary: true, ...plain(summary), command, ...(dropped && { dropped }) };
  if (!preflight) return JSON.stringify(line);
  const looks = { ...preflight, named: preflight.named.share, calm: preflight.calm.share };
  return JSON.stringify({ ...line, preflight: looks });
}

/** The score of a published detector, as a line before the last. */
export const peerJson = (peer: string, summary: Summary): string =>
  JSON.stringify({ peer, ...plain(summary) });

function plain(summary: Summary): PlainSummary {
  const { recall, falseAlarms, rightCause } = summary;
  const interval = ({ low, high }: Share): [number, number] => [low, high];
  return {
    programs: summary.programs,
    recall: recall.share,
    falseAlarms: falseAlarms.share,
    rightCause: rightCause.share,
    medianFirstStep: summary.medianFirstStep,
    perRule: summary.perRule,
    perSeverity: summary.perSeverity,
    intervals: {
      recall: interval(recall),
      falseAlarms: interval(falseAlarms),
      rightCause: interval(rightCause),
    },
  };
}
