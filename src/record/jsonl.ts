import type { Finding } from './finding.js';
import { encode } from './json.js';
import { assertKnownOptions } from './known-options.js';
import { readFacts, readFinding, readStep } from './read-run.js';
import { fields, integer, number, prefixed, type Reader } from './reader.js';
import type { Run, RunFacts, StepRecord } from './run.js';

/** The last line of a log whose run has ended in order, by `monitor.stop()`. */
export interface RunEnd {
  /** When, in milliseconds since the Unix epoch. */
  readonly wallTimeMs: number;
  /** Records that were handed to the log since it was opened. */
  readonly records: number;
}

/** A run read from a log, with the findings that were made while it trained. */
export interface LoggedRun extends Run {
  /** As they were first made, oldest first; `diagnose` judges the run anew. */
  readonly findings: readonly Finding[];
  /** How the run ended; absent while it goes on, or was resumed, and where its program broke off. */
  readonly end?: RunEnd;
}

/** Options of {@link readJsonl}. */
export interface ReadJsonlOptions {
  /**
   * Whether to leave out lines that cannot be read, instead of throwing.
   *
   * @default false
   */
  readonly skipBroken?: boolean;
}

/** One line of a log. */
export type Entry =
  | { readonly facts: RunFacts }
  | { readonly step: StepRecord }
  | { readonly finding: Finding }
  | { readonly end: RunEnd };

/** Each kind of line is an object with one key, which names the kind. Lines end in a line feed. */
export function jsonlLine(entry: Entry): string {
  return `${encode(entry)}\n`;
}

/**
 * Reads a log that {@link jsonlSink} wrote. A last line that was cut off, by a crash or Ctrl-C, is left out silently: all whole
 * lines before it are kept. Later facts replace earlier ones. A record whose step is not above that of the record before it
 * begins the run anew from there: records and findings that an earlier attempt left from that step on are dropped, so that records
 * come back in step order. A log that goes on behind a line of its end, for its run was resumed, has not ended. Non-finite
 * numbers are revived as by {@link fromJson}.
 *
 * @param text - The whole log. Blank lines and either kind of line end are fine.
 * @throws SyntaxError when a line before the last is broken, naming the line, or when there are no facts.
 * @throws TypeError when a line is JSON but no part of a run, naming line and place.
 * @throws RangeError when the log was written by another version of the data model; `skipBroken` does not change that.
 *
 * @example
 * ```ts
 * import { readJsonl } from 'gradient-health';
 *
 * const log = `{"facts":{"schema":1,"model":null,"backend":null,"data":null}}
 * {"step":{"step":0,"wallTimeMs":0,"loss":"NaN","learningRate":0.1,"globalNorm":5,"variables":{}}}
 * {"step":{"step":1,"wallTi`;
 * console.log(readJsonl(log).steps.map(({ loss }) => loss)); // [ NaN ]
 * ```
 */
export function readJsonl(text: string, options: ReadJsonlOptions = {}): LoggedRun {
  assertKnownOptions('readJsonl', options, ['skipBroken']);
  const { skipBroken = false } = options;
  if (typeof text !== 'string')
    throw new TypeError(`readJsonl: text must be the text of a log, got ${typeof text}`);
  let facts: RunFacts | undefined;
  let steps: StepRecord[] = [];
  let findings: Finding[] = [];
  let end: RunEnd | undefined;
  for (const { line, number, isLast } of linesOf(text)) {
    const entry = readLine(line, number, isLast, skipBroken);
    if (entry === undefined) continue;
    end = 'end' in entry ? entry.end : undefined;
    if ('end' in entry) continue;
    if ('facts' in entry) facts = entry.facts;
    else if ('finding' in entry) findings.push(entry.finding);
    else if (facts === undefined && !skipBroken) throw noFacts(`line ${number} comes before any facts`);
    else {
      const { step } = entry.step;
      if (step <= (steps.at(-1)?.step ?? -1)) {
        steps = steps.filter((record) => record.step < step);
        findings = findings.filter(({ firstStep }) => firstStep < step);
      }
      steps.push(entry.step);
    }
  }
  // A monitor that is stopped before its first step has nothing to tell but that.
  if (facts === undefined && end === undefined && !(skipBroken && steps.length > 0)) {
    throw noFacts(text.trim() === '' ? 'the text is empty' : 'there is no whole line of facts');
  }
  const known: RunFacts = facts ?? { schema: 1, model: null, backend: null, data: null };
  return { ...known, steps, findings, ...(end && { end }) };
}

function* linesOf(text: string): Generator<{ line: string; number: number; isLast: boolean }> {
  const end = text.trimEnd().length;
  let start = text.startsWith('\ufeff') ? 1 : 0; // a byte order mark, as some editors leave one
  for (let number = 1; start < end; number++) {
    const found = text.indexOf('\n', start);
    const stop = found < 0 ? text.length : found;
    const line = text.slice(start, stop).trim();
    if (line !== '') yield { line, number, isLast: stop >= end };
    start = stop + 1;
  }
}

function readLine(line: string, number: number, isLast: boolean, skipBroken: boolean): Entry | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    if (isLast || skipBroken) return undefined;
    throw new SyntaxError(
      `readJsonl: line ${number} is not JSON (${error}); readJsonl(text, { skipBroken: true }) reads the rest`,
    );
  }
  try {
    return readEntry(parsed);
  } catch (error) {
    if (skipBroken && !(error instanceof RangeError)) return undefined;
    throw prefixed(`readJsonl: line ${number}: `, error);
  }
}

const readEnd: Reader<RunEnd> = fields<RunEnd>({ wallTimeMs: number, records: integer });

/** Reads one line of a log that is JSON already. */
export function readEntry(parsed: unknown): Entry {
  if (typeof parsed === 'object' && parsed !== null) {
    if ('step' in parsed) return { step: within('step', () => readStep(parsed.step)) };
    if ('facts' in parsed) return { facts: within('facts', () => readFacts(parsed.facts)) };
    if ('finding' in parsed) return { finding: within('finding', () => readFinding(parsed.finding)) };
    if ('end' in parsed) return { end: within('end', () => readEnd(parsed.end)) };
  }
  throw new TypeError('expected an object with the key "facts", "step", "finding" or "end"');
}

function within<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw prefixed(place, error);
  }
}

function noFacts(what: string): SyntaxError {
  return new SyntaxError(`readJsonl: ${what}; a log starts with {"facts": ...}, as jsonlSink writes it`);
}
