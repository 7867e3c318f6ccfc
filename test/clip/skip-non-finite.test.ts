import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { skipNonFinite } from '../../src/clip/skip-non-finite.js';
import { backends } from './backends.js';
import { steps } from './step.js';

const good = { v: [1, 2] };
const bad = { v: [1, NaN] };

describe.each(backends)('skipNonFinite on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('rejects bad steps without end and hands on zeros', () => {
    const results = steps(skipNonFinite(), [good, bad, bad, good]);
    expect(results.map(({ accept }) => accept)).toEqual([1, 0, 0, 1]);
    expect(results.map(({ gradients }) => gradients.v)).toEqual([good.v, [0, 0], [0, 0], good.v]);
  });

  test('accepts bad steps as they are once so many in a row were rejected, and counts anew after a good one', () => {
    const sequence = [bad, bad, bad, bad, good, bad, bad, bad];
    const results = steps(skipNonFinite({ maxConsecutive: 2 }), sequence);
    expect(results.map(({ accept }) => accept)).toEqual([0, 0, 1, 1, 1, 0, 0, 1]);
    expect(results.at(-1)?.gradients).toEqual(bad);
  });

  test('counts bad steps in a row and rejected steps in all', () => {
    const [last] = steps(skipNonFinite({ maxConsecutive: 1 }), [bad, good, bad, bad]).slice(-1);
    expect(last?.state.consecutive?.dataSync()[0]).toBe(2);
    expect(last?.state.rejected?.dataSync()[0]).toBe(2);
  });
});

describe('skipNonFinite', () => {
  test.each([0, -1, 1.5, NaN])('refuses a limit of %d steps', (maxConsecutive) => {
    expect(() => skipNonFinite({ maxConsecutive })).toThrow(
      new RangeError(
        `skipNonFinite: maxConsecutive must be a whole number from 1 or Infinity, got ${maxConsecutive}`,
      ),
    );
  });

  test('carries its limit in its name', () => {
    expect(skipNonFinite().name).toBe('skipNonFinite()');
    expect(skipNonFinite({ maxConsecutive: 3 }).name).toBe('skipNonFinite(3)');
  });
});
