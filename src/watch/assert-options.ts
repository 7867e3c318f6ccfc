import { assertKnownOptions } from '../record/known-options.js';
import { assertStrategy } from './assert-strategy.js';
import { isOptimizer } from './hook.js';
import type { WatchOptions } from './monitor.js';

const known = [
  'clip',
  'optimizer',
  'lossScale',
  'every',
  'histograms',
  'activations',
  'weights',
  'budget',
  'rules',
  'sinks',
  'quiet',
  'history',
  'firstStep',
  'stopOn',
  'autopsy',
  'onStep',
  'onFinding',
] as const;

/** Refuses what needs a model where there is none. */
export function assertNeedsNoModel({ optimizer, stopOn, autopsy }: WatchOptions): void {
  const stops = stopOn === 'error' ? "stopOn: 'error'" : undefined;
  const needing = optimizer ? 'optimizer' : (stops ?? (autopsy ? 'autopsy' : undefined));
  if (needing !== undefined) throw new TypeError(`watch: ${needing} needs a model, got an optimizer alone`);
}

/** Refuses what plain JavaScript may pass as options and what would only fail later, in the middle of a training. */
export function assertOptions(options: WatchOptions): void {
  assertKnownOptions('watch', options, known);
  const { optimizer, clip, rules, sinks, quiet, autopsy, onStep, onFinding } = options;
  const { history = 1000, firstStep = 0, stopOn = 'never' } = options;
  if (optimizer !== undefined && !isOptimizer(optimizer)) {
    throw wrongType('optimizer', 'an optimizer of tfjs such as tf.train.adam()', optimizer);
  }
  if (clip !== undefined) assertStrategy('watch: clip', clip);
  assertList('rules', 'check', rules, 'rules such as rules.nonFinite()');
  const nameless = rules?.findIndex(({ id }) => typeof id !== 'string') ?? -1;
  if (nameless >= 0) throw wrongType(`rules[${nameless}].id`, 'a string', rules?.[nameless]?.id);
  assertList('sinks', 'write', sinks, 'sinks such as consoleSink()');
  for (const [name, callback] of Object.entries({ onStep, onFinding })) {
    if (callback !== undefined && typeof callback !== 'function')
      throw wrongType(name, 'a function', callback);
  }
  for (const [name, value] of Object.entries({ quiet, autopsy })) {
    if (value !== undefined && typeof value !== 'boolean') throw wrongType(name, 'true or false', value);
  }
  if (!Number.isInteger(firstStep) || firstStep < 0) {
    throw new RangeError(`watch: firstStep must be a whole number from 0, got ${String(firstStep)}`);
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
