import { assertKnownOptions } from '../../record/known-options.js';
import type { Sink } from '../../record/sink.js';
import type { EventFile } from './event-file.js';
import { type EventWriter, eventWriter } from './event-writer.js';
import { findingSummary } from './finding-summary.js';
import { recordSummaries } from './record-summaries.js';
import { tag } from './tag.js';

/** A writer of summaries by somebody else; that of tfjs-node, `tf.node.summaryFileWriter(folder)`, is one. */
export interface SummaryWriter {
  /** Writes a number. */
  scalar(name: string, value: number, step: number): unknown;
  /** Brings what was written to where it belongs. */
  flush?(): unknown;
}

/** Options of {@link tensorBoardSink}. */
export interface TensorBoardSinkOptions {
  /**
   * Steps between two records that are written: those whose number it divides. TensorBoard itself shows a sample of at most
   * 1000 points of a scalar. Findings are always written.
   *
   * @default 1
   */
  readonly every?: number;
}

/**
 * Shows a run in TensorBoard while it trains: loss, learning rate, gradient norm, and by layer norms and update ratios as
 * scalars; gradients, weights, layer outputs and the gradient through time as histograms where the monitor records them; findings
 * as texts. Every value has the step and the time of its record.
 *
 * The group of a tag, before its first `/`, tells what it is: `all` for the whole model, `clip`, `gradient_norm`, `weight_norm`,
 * `update_ratio`, `non_finite`, `dead_share`, `saturated_share`, `through_time`, `gate_mean`, `gate_saturated_share`; histograms
 * `gradients`, `weights`, `activations`, `activation_gradients`, `gradient_through_time`, the last with the time step as its axis
 * and the norm as its height; texts `findings`. A histogram has the exact counts and edges of the record; magnitudes below 1/256
 * of the largest share a bucket on either side of 0, and elements that are 0 have one of no width.
 *
 * In the browser, collect the bytes and download `new Blob(chunks)` under the name {@link eventFileName} gives, or write to
 * a file with {@link browserFile}.
 *
 * Cost: about 100 bytes and 3 microseconds for each layer and record, up to 1 kB and 20 microseconds for a histogram; see
 * `every`.
 *
 * @param target - An event file such as {@link nodeFile}; a function that appends bytes; an {@link eventWriter}, to which values
 *   of your own may go too and which you close; or a writer of somebody else, which gets the scalars only, with its own clock.
 * @param options - How many records are written.
 * @throws TypeError when `target` is none of these.
 * @throws RangeError when `every` is not a positive integer.
 * @example
 * ```ts
 * import { eventFileName, tensorBoardSink } from 'gradient-health/tensorboard';
 *
 * const chunks: Uint8Array<ArrayBuffer>[] = []; // in Node: tensorBoardSink(nodeFile(fs, 'logs/run-1'))
 * const sink = tensorBoardSink((bytes) => void chunks.push(bytes));
 * await sink.write({ step: 0, wallTimeMs: 0, loss: 0.7, learningRate: 0.1, globalNorm: 1, variables: {} });
 * const file = new Blob(chunks); // name: eventFileName()
 * console.log(file.size); // 138
 * ```
 */
export function tensorBoardSink(
  target: EventFile | EventFile['write'] | EventWriter | SummaryWriter,
  options: TensorBoardSinkOptions = {},
): Sink {
  assertKnownOptions('tensorBoardSink', options, ['every']);
  const { every = 1 } = options;
  if (!(Number.isInteger(every) && every > 0)) {
    throw new RangeError(`tensorBoardSink: every must be a positive integer, got ${every}`);
  }
  const records = recordsTo(target);
  let layers: ReadonlySet<string> = new Set();
  let lastMs: number | undefined;
  return {
    open({ model }) {
      layers = new Set(model?.layers.map(({ path }) => path));
    },
    write(record) {
      lastMs = record.wallTimeMs;
      if (record.step % every !== 0) return;
      return records.event(
        record.step,
        recordSummaries(record, (path) => layers.has(path)),
        lastMs,
      );
    },
    finding: (finding) => records.event(finding.firstStep, [findingSummary(finding)], lastMs),
    close: () => records.close?.(),
  };
}

/** What a record goes to; it is closed by whoever made it. */
type Records = Pick<EventWriter, 'event'> & Partial<Pick<EventWriter, 'close'>>;

function recordsTo(target: Parameters<typeof tensorBoardSink>[0]): Records {
  if (typeof target === 'function') return eventWriter(target);
  if (typeof target === 'object' && target !== null) {
    if ('event' in target) return { event: target.event };
    if ('scalar' in target) return scalarsTo(target);
    if ('write' in target) return eventWriter(target);
  }
  throw new TypeError(
    'tensorBoardSink: target must be an event file, a function that appends bytes, or a writer with scalar(name, value, step), ' +
      `got ${target === null ? 'null' : typeof target}; in Node pass nodeFile(fs, folder)`,
  );
}

function scalarsTo(target: SummaryWriter): Records {
  return {
    event(step, summaries) {
      for (const summary of summaries) {
        if ('scalar' in summary) target.scalar(tag(summary.tag), summary.scalar, step);
      }
    },
    close: () => void target.flush?.(),
  };
}
