import type { PreflightSummary } from './preflight-summary.js';
import type { Line, Summary } from './summary.js';

/** One run as a line of JSON. */
export const lineJson = (line: Line): string => JSON.stringify(line);

/** The score as the last line: plain numbers, and the 95 % intervals beside them. */
export const summaryJson = (summary: Summary, preflight?: PreflightSummary): string =>
  JSON.stringify({
    summary: true,
    ...plain(summary),
    ...(preflight && {
      preflight: { ...preflight, named: preflight.named.share, calm: preflight.calm.share },
    }),
  });

/** The score of a published detector, as a line before the last. */
export const peerJson = (peer: string, summary: Summary): string =>
  JSON.stringify({ peer, ...plain(summary) });

function plain({ recall, falseAlarms, rightCause, programs, medianFirstStep, perRule }: Summary): object {
  return {
    programs,
    recall: recall.share,
    falseAlarms: falseAlarms.share,
    rightCause: rightCause.share,
    medianFirstStep,
    perRule,
    intervals: {
      recall: [recall.low, recall.high],
      falseAlarms: [falseAlarms.low, falseAlarms.high],
      rightCause: [rightCause.low, rightCause.high],
    },
  };
}
