import type { StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import type { Sink } from '../record/sink.js';
import { findingText } from '../report/finding-text.js';

/** Options of {@link consoleSink}. */
export interface ConsoleSinkOptions {
  /**
   * Least time between two lines of progress, in milliseconds by the clock of the records. 0 prints every record,
   * `Infinity` none.
   *
   * @default 10000
   */
  readonly everyMs?: number;
}

/**
 * Prints to the console: each finding once with its remedies, by `console.warn`, and now and then a line of progress, by
 * `console.log`.
 *
 * A monitor prints findings by itself unless it is `quiet`; give it this sink together with `quiet: true`. Names are made
 * safe for a terminal.
 *
 * @param options - How often to tell of progress.
 * @throws RangeError when `everyMs` is negative or NaN.
 *
 * @example
 * ```ts
 * import { consoleSink } from 'gradient-health';
 *
 * const sink = consoleSink({ everyMs: Infinity }); // findings only
 * await sink.finding?.({
 *   rule: 'vanishing-gradient', severity: 'warning', where: 'dense_1', firstStep: 0, lastStep: 9,
 *   evidence: { ratio: 2e-5 }, message: 'dense_1 hardly learns.', remedies: [],
 * });
 * // Prints by console.warn:
 * // gradient-health: warning: vanishing-gradient at dense_1, steps 0 to 9
 * //   dense_1 hardly learns.
 * //   evidence: ratio 2.0e-5
 * ```
 */
export function consoleSink({ everyMs = 10_000 }: ConsoleSinkOptions = {}): Sink {
  if (!(everyMs >= 0)) throw new RangeError(`consoleSink: everyMs must be 0 or more, got ${everyMs}`);
  const printed = new Set<string>();
  let nextMs = everyMs === Number.POSITIVE_INFINITY ? everyMs : Number.NEGATIVE_INFINITY;
  return {
    write(record) {
      if (!(record.wallTimeMs >= nextMs)) return;
      nextMs = record.wallTimeMs + everyMs;
      console.log(`gradient-health: ${progress(record)}`);
    },
    finding(finding) {
      const key = JSON.stringify([finding.rule, finding.where]);
      if (printed.has(key)) return;
      printed.add(key);
      console.warn(`gradient-health: ${findingText(finding)}`);
    },
  };
}

function progress({ step, loss, globalNorm, learningRate, clip }: StepRecord): string {
  const parts = [
    `step ${step}`,
    loss === null ? '' : `loss ${shortNumber(loss)}`,
    `gradient norm ${shortNumber(globalNorm)}${clip?.fired ? ` clipped to ${shortNumber(clip.normAfter)}` : ''}`,
    learningRate === null ? '' : `learning rate ${shortNumber(learningRate)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
