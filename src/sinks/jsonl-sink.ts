import { jsonlLine } from '../record/jsonl.js';
import type { Sink } from '../record/sink.js';
import { inOrder } from './in-order.js';

/**
 * Writes a run as a log of JSON lines: the facts, then each record and finding as it comes, and its end. {@link readJsonl} reads
 * it back, also when the program ended in the middle of a line.
 *
 * Each line is an object with one key: `{"facts": RunFacts}`, first and whenever they change; `{"step": StepRecord}`;
 * `{"finding": Finding}`; and `{"end": {"wallTimeMs", "records"}}` when the monitor stops, by which who follows the log knows
 * that nothing more will come. A run that is resumed, with the option `firstStep` of `watch`, goes on behind that line. The
 * version of the data model is `schema` of the facts. Numbers that JSON lacks are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.
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
  let records = 0;
  return {
    open: (facts) => log.write(jsonlLine({ facts })),
    write(step) {
      records++;
      return log.write(jsonlLine({ step }));
    },
    finding: (finding) => log.write(jsonlLine({ finding })),
    close: () => log.write(jsonlLine({ end: { wallTimeMs: Date.now(), records } })),
  };
}
