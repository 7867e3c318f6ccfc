import * as tf from '@tensorflow/tfjs-core';
import { treat } from 'gradient-health';
import { expect, test } from 'vitest';
import { compiled } from '../watch/models.js';

const x = tf.ones([2, 4]);
const y = tf.ones([2, 1]);
const loosely = treat as (...values: unknown[]) => Promise<unknown>;

test.each([
  [
    'a model that is none',
    () => loosely({}, { x, y }),
    'model must be a compiled LayersModel of tfjs, got object',
  ],
  [
    'no options',
    () => loosely(compiled(), null),
    'options must be an object with at least x and y, got null',
  ],
  [
    'a callback that is none',
    () => loosely(compiled(), { x, y, onTrial: 3 }),
    'onTrial must be a function, got number',
  ],
  [
    'a report that is none',
    () => loosely(compiled(), { x, y, report: { findings: 'many' } }),
    'report.findings must be an array, as in the report of diagnose, got string',
  ],
  [
    'a validation that is none',
    () => loosely(compiled(), { x, y, validation: true }),
    'validation must be an object, got boolean',
  ],
  [
    'a strategy that was not made',
    () => loosely(compiled(), { x, y, clip: 'clipByValue' }),
    'clip must be a ClipStrategy such as clipByGlobalNorm(1), got string',
  ],
  [
    'a signal that is none',
    () => loosely(compiled(), { x, y, signal: {} }),
    'signal must be an AbortSignal, got object',
  ],
])('treat refuses %s, before any trial', async (_, call, message) => {
  await expect(call()).rejects.toThrow(new TypeError(`treat: ${message}`));
});

test.each([-1, Number.NaN])('treat refuses %d seconds', async (maxSeconds) => {
  await expect(treat(compiled(), { x, y, maxSeconds })).rejects.toThrow(
    new RangeError(`treat: maxSeconds must be 0 or more, got ${maxSeconds}`),
  );
});
