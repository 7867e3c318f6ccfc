import { assertStrategy } from './assert-strategy.js';
import type { WatchOptions } from './monitor.js';

/** Refuses what plain JavaScript may pass as options and what would only fail later, in the middle of a training. */
export function assertOptions(options: WatchOptions): void {
  if (typeof options !== 'object' || options === null) throw wrongType('options', 'an object', options);
  const { clip, rules, sinks, history = 1000, stopOn = 'never', onStep, onFinding } = options;
  if (clip !== undefined) assertStrategy('watch: clip', clip);
  assertList('rules', 'check', rules, 'rules such as rules.nonFinite()');
  assertList('sinks', 'write', sinks, 'sinks such as consoleSink()');
  for (const [name, callback] of Object.entries({ onStep, onFinding })) {
    if (callback !== undefined && typeof callback !== 'function')
      throw wrongType(name, 'a function', callback);
  }
  if (!Number.isInteger(history) || history < 1) {
    throw new RangeError(`watch: history must be a whole number of records from 1, got ${history}`);
  }
  if (stopOn !== 'error' && stopOn !== 'never') {
    throw new RangeError(`watch: stopOn must be 'error' or 'never', got ${String(stopOn)}`);
  }
}

function assertList(name: string, method: string, list: unknown, what: string): void {
  if (list === undefined) return;
  const has = (item: unknown): boolean =>
    typeof (item as Readonly<Record<string, unknown>> | null | undefined)?.[method] === 'function';
  if (!Array.isArray(list)) throw wrongType(name, `an array of ${what}`, list);
  const wrong = list.findIndex((item) => !has(item));
  if (wrong >= 0) throw wrongType(`${name}[${wrong}]`, `one of ${what}`, list[wrong]);
}

const wrongType = (name: string, expected: string, got: unknown): TypeError =>
  new TypeError(`watch: ${name} must be ${expected}, got ${got === null ? 'null' : typeof got}`);
