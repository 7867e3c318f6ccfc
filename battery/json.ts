import type { Line, Summary } from './summary.js';

/** One run as a line of JSON. */
export const lineJson = (line: Line): string => JSON.stringify(line);

/** The score as the last line: plain numbers, and the 95 % intervals beside them. */
export function summaryJson({ recall, falseAlarms, rightCause, ...rest }: Summary): string {
  const { programs, medianFirstStep, perRule } = rest;
  return JSON.stringify({
    summary: true,
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
  });
}
