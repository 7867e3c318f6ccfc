import type { ClipStrategy } from '../clip/strategy.js';

/**
 * Refuses what is no strategy, as plain JavaScript may pass it, before it can fail in the middle of a training. A function has an
 * `apply` too: that of a factory which was not called.
 */
export function assertStrategy(parameter: string, value: unknown): asserts value is ClipStrategy {
  const isStrategy = typeof value === 'object' && value !== null && 'apply' in value;
  if (isStrategy && typeof value.apply === 'function') return;
  const got = value === null ? 'null' : `${typeof value}${typeof value === 'function' ? '; call it' : ''}`;
  throw new TypeError(`${parameter} must be a ClipStrategy such as clipByGlobalNorm(1), got ${got}`);
}
