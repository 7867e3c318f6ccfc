import { jsonlLine } from '../record/jsonl.js';
import type { Sink } from '../record/sink.js';
import { inOrder } from './in-order.js';

/**
 * Writes a run as a log of JSON lines: the facts, then each record and finding as it comes. {@link readJsonl} reads it
 * back, also when the program ended in the middle of a line.
 *
 * @param write - Appends a line, which ends in a line feed, to wherever the log goes. When it returns a promise, the next
 *   line waits for it, so that lines stay in order; when that rejects, the line is lost and the next one is tried.
 * @throws TypeError when `write` is no function.
 *
 * @example
 * ```ts
 * import { jsonlSink, readJsonl } from 'gradient-health';
 *
 * let log = ''; // in Node: jsonlSink((line) => appendFileSync('run.jsonl', line))
 * const sink = jsonlSink((line) => {
 *   log += line;
 * });
 * await sink.open?.({ schema: 1, model: null, backend: null, data: null });
 * await sink.write({ step: 0, wallTimeMs: 0, loss: Infinity, learningRate: null, globalNorm: 1, variables: {} });
 * console.log(readJsonl(log).steps[0]?.loss); // Infinity
 * ```
 */
export function jsonlSink(write: (line: string) => void | Promise<void>): Sink {
  if (typeof write !== 'function') {
    throw new TypeError(`jsonlSink: write must be a function that appends a line, got ${typeof write}`);
  }
  const log = inOrder(write);
  return {
    open: (facts) => log.write(jsonlLine({ facts })),
    write: (step) => log.write(jsonlLine({ step })),
    finding: (finding) => log.write(jsonlLine({ finding })),
    close: () => log.settled(),
  };
}
