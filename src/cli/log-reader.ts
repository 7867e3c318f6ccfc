import { readEntry } from '../record/jsonl.js';
import type { Journal } from './journal.js';

/** Takes the lines of a log into a journal. */
export interface LogReader {
  line(text: string): void;
  /** Takes what stands behind the last line feed: a line that was cut off is no fault. */
  last(text: string): void;
  /** Lines that could not be read, and what was wrong with the first of them. */
  readonly broken: number;
  /** Whether the last line that was read tells that the run has ended. */
  readonly ended: boolean;
  readonly firstFault: string;
}

/** @throws RangeError by `line`, when the log was written by another version of the data model. */
export function createLogReader(journal: Journal): LogReader {
  let number = 0;
  let broken = 0;
  let firstFault = '';
  let ended = false;

  function take(text: string): void {
    const entry = readEntry(JSON.parse(text));
    ended = 'end' in entry;
    if ('step' in entry) journal.write(entry.step);
    else if ('facts' in entry) journal.open(entry.facts);
    else if ('finding' in entry) journal.finding(entry.finding);
  }
  function attempt(text: string): void {
    number++;
    const line = number === 1 ? text.replace(/^\ufeff/, '') : text;
    if (line.trim() === '') return;
    try {
      take(line);
    } catch (error) {
      if (error instanceof RangeError) throw new RangeError(`line ${number}: ${error.message}`);
      broken++;
      firstFault ||= `line ${number}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return {
    line: attempt,
    last(text) {
      try {
        JSON.parse(text);
      } catch {
        return;
      }
      attempt(text);
    },
    get broken() {
      return broken;
    },
    get ended() {
      return ended;
    },
    get firstFault() {
      return firstFault;
    },
  };
}
