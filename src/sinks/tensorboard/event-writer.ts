import { isThenable } from '../../record/is-thenable.js';
import type { TensorStats } from '../../record/run.js';
import { inOrder } from '../in-order.js';
import { buckets } from './buckets.js';
import { concatBytes } from './concat-bytes.js';
import { encodeEvent, encodeFileVersion } from './encode-event.js';
import type { EventFile } from './event-file.js';
import type { Summary } from './summary.js';
import { tag } from './tag.js';
import { tfRecord } from './tf-record.js';

/** Writes values into an event file. The names are tags: TensorBoard groups by what stands before the first `/`. */
export interface EventWriter {
  /** Writes a number, also NaN or infinite, as float32. */
  scalar(name: string, value: number, step: number, wallTimeMs?: number): void | Promise<void>;
  /** Writes the histogram of a tensor, from `stats.summarize(values, { histogram: true })`. */
  histogram(name: string, stats: TensorStats, step: number, wallTimeMs?: number): void | Promise<void>;
  /** Writes a text, which TensorBoard shows as Markdown. */
  text(name: string, markdown: string, step: number, wallTimeMs?: number): void | Promise<void>;
  /** Writes several values of one step as one event: all of them are in the file, or none is. */
  event(step: number, summaries: readonly Summary[], wallTimeMs?: number): void | Promise<void>;
  /** Resolves when all is written and the file is closed. */
  close(): void | Promise<void>;
}

/**
 * Writes a TensorBoard event file: TFRecords with masked CRC-32C that hold `tensorflow.Event` messages.
 *
 * Each call appends whole records, so that what a crash leaves behind can be read up to its last whole record. Scalars are
 * stored as float32; edges and counts of histograms as float64, exactly. In names, control characters are shown as
 * `\u001b`; what is longer than 200 characters is cut, with a checksum in place of the rest.
 *
 * To see values of your own beside those of a monitor, give this writer to {@link tensorBoardSink} too.
 *
 * Cost: some 30 bytes for a scalar, most of them its name, and up to 1 kB for a histogram.
 *
 * @param file - Where the bytes go: a function that appends them, or an object with such a `write`. When it returns a
 *   promise, later bytes wait for it; when that rejects, the caller of the writer gets the failure.
 * @throws TypeError when `file` is neither.
 * @example
 * ```ts
 * import { eventWriter } from 'gradient-health/tensorboard';
 *
 * let length = 0; // in Node: eventWriter(nodeFile(fs, 'logs/run-1'))
 * const writer = eventWriter((bytes) => {
 *   length += bytes.length;
 * });
 * writer.scalar('validation/accuracy', 0.97, 100);
 * console.log(length); // 97
 * ```
 */
export function eventWriter(file: EventFile | EventFile['write']): EventWriter {
  const append: EventFile['write'] = typeof file === 'function' ? file : (bytes) => file.write(bytes);
  if (typeof file !== 'function' && typeof file?.write !== 'function') {
    throw new TypeError(
      `eventWriter: file must be a function that appends bytes, or an object with write(bytes), got ${typeof file}; in Node pass nodeFile(fs, folder)`,
    );
  }
  const tags = new Map<string, string>();
  /** Whether the file begins as it must: a first write that failed has left nothing there. */
  let started = false;
  const bytes = inOrder(({ record, wallTimeMs }: { record: Uint8Array<ArrayBuffer>; wallTimeMs: number }) => {
    if (started) return append(record);
    const written = append(concatBytes([tfRecord(encodeFileVersion(wallTimeMs)), record]));
    const start = (): void => {
      started = true;
    };
    if (isThenable(written)) return Promise.resolve(written).then(start);
    start();
  });

  function tagOf(name: string): string {
    const known = tags.get(name) ?? tag(name);
    tags.set(name, known);
    return known;
  }
  function event(
    step: number,
    summaries: readonly Summary[],
    wallTimeMs: number = Date.now(),
  ): void | Promise<void> {
    const tagged = summaries.map((summary) => ({ ...summary, tag: tagOf(summary.tag) }));
    const record = tfRecord(encodeEvent(step, tagged, wallTimeMs));
    return bytes.write({ record, wallTimeMs });
  }
  return {
    scalar: (name, value, step, wallTimeMs) => event(step, [{ tag: name, scalar: value }], wallTimeMs),
    histogram: (name, stats, step, wallTimeMs) =>
      event(step, [{ tag: name, histogram: buckets(stats) }], wallTimeMs),
    text: (name, markdown, step, wallTimeMs) => event(step, [{ tag: name, text: markdown }], wallTimeMs),
    event,
    async close() {
      await bytes.settled();
      if (typeof file !== 'function') await file.close?.();
    },
  };
}
