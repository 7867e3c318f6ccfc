import { readEntry } from '../record/jsonl.js';
import type { Journal } from './journal.js';

/** Takes the lines of a log into a journal. */
export interface LogReader {
  line(text: string): void;
  /** Takes what stands behind the last line feed: a line that was cut off is no fault. */
  last(text: string): void;
  /** Lines that could not be read, and what was wrong with the first of them. */
  readonly broken: number;
  readonly firstFault: string;
}

/** @throws RangeError by `line`, when the log was written by another version of the data model. */
export function createLogReader(journal: Journal): LogReader {
  let number = 0;
  let broken = 0;
  let firstFault = '';

  function take(text: string): void {
    const entry = readEntry(JSON.parse(text));
    if ('step' in entry) journal.write(entry.step);
    else if ('facts' in entry) journal.open(entry.facts);
    else journal.finding(entry.finding);
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
    get firstFault() {
      return firstFault;
    },
  };
}
