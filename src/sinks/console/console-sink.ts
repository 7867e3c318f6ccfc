import type { Finding } from '../../record/finding.js';
import { assertKnownOptions } from '../../record/known-options.js';
import type { RunFacts, StepRecord } from '../../record/run.js';
import type { Sink } from '../../record/sink.js';
import { findingText } from '../../report/finding-text.js';
import { createLayerHistories } from './layer-histories.js';
import { layerTable } from './layer-table.js';
import { progressLine } from './progress-line.js';
import { paintIf, terminal } from './terminal.js';

/** Options of {@link consoleSink}. */
export interface ConsoleSinkOptions {
  /**
   * Least time between two reports of progress, in milliseconds by the clock of the records. 0 prints every record,
   * `Infinity` none.
   *
   * @default 10000
   */
  readonly everyMs?: number;
  /**
   * What a report of progress is: one line, or under that line a table of the layers with a sparkline of each one's gradient
   * norm over the run so far.
   *
   * @default 'table' where someone watches at a terminal; 'line' in a pipe, a log, a browser and where `CI` is set
   */
  readonly progress?: 'line' | 'table';
  /** Steps that the training is going to take, for its share and the time left. */
  readonly totalSteps?: number;
  /**
   * Whether to use colour.
   *
   * @default on a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
   */
  readonly color?: boolean;
}

const colorOf = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

/**
 * Prints to the console: each finding once with its remedies, by `console.warn`, and now and then how far training is, by
 * `console.log`.
 *
 * A monitor prints findings by itself unless it is `quiet`; give it this sink together with `quiet: true`. Names are made
 * safe for a terminal. All sparklines of a table share one logarithmic scale; a blank is a norm of 0, `!` one that is NaN or
 * infinite. Records are not kept: a table remembers the norms of its layers at 32 steps of the run at most.
 *
 * @param options - How often to tell of progress, and how much.
 * @throws RangeError when `everyMs` is negative or NaN, or `totalSteps` is not a positive integer.
 * @throws TypeError when `progress` is neither `'line'` nor `'table'`.
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
export function consoleSink(options: ConsoleSinkOptions = {}): Sink {
  assertKnownOptions('consoleSink', options, ['everyMs', 'progress', 'totalSteps', 'color']);
  const { isWatched, hasColor } = terminal();
  const { everyMs = 10_000, progress = isWatched ? 'table' : 'line', totalSteps, color } = options;
  assertOptions(everyMs, progress, totalSteps);
  const paint = { log: paintIf(color ?? hasColor.log), warn: paintIf(color ?? hasColor.warn) };
  const hasTable = progress === 'table' && everyMs !== Number.POSITIVE_INFINITY;
  const findings = new Map<string, Finding>();
  const histories = createLayerHistories();
  let facts: RunFacts = { schema: 1, model: null, backend: null, data: null };
  let first: StepRecord | undefined;
  let nextMs = everyMs === Number.POSITIVE_INFINITY ? everyMs : Number.NEGATIVE_INFINITY;
  return {
    open(known) {
      facts = known;
    },
    write(record) {
      first ??= record;
      if (hasTable) histories.add(facts, record);
      if (!(record.wallTimeMs >= nextMs)) return;
      nextMs = record.wallTimeMs + everyMs;
      const rows = hasTable ? histories.rows(facts, record, [...findings.values()]) : [];
      const table = rows.length > 0 ? `\n${layerTable(rows, paint.log)}` : '';
      console.log(`gradient-health: ${progressLine(record, first, totalSteps)}${table}`);
    },
    finding(finding) {
      const key = JSON.stringify([finding.rule, finding.where]);
      if (findings.has(key)) return;
      findings.set(key, finding);
      const { severity } = finding;
      const rest = findingText(finding).slice(severity.length);
      console.warn(`gradient-health: ${paint.warn(severity, colorOf[severity])}${rest}`);
    },
  };
}

function assertOptions(everyMs: number, progress: string, totalSteps: number | undefined): void {
  if (!(everyMs >= 0)) throw new RangeError(`consoleSink: everyMs must be 0 or more, got ${everyMs}`);
  if (progress !== 'line' && progress !== 'table') {
    throw new TypeError(`consoleSink: progress must be 'line' or 'table', got ${JSON.stringify(progress)}`);
  }
  if (totalSteps !== undefined && !(Number.isInteger(totalSteps) && totalSteps > 0)) {
    throw new RangeError(`consoleSink: totalSteps must be a positive integer, got ${totalSteps}`);
  }
}
