import { expect, test } from 'vitest';
import type { StepRecord } from '../../../src/record/run.js';
import { progressLine } from '../../../src/sinks/console/progress-line.js';

const record = (step: number, wallTimeMs: number, change: Partial<StepRecord> = {}): StepRecord => ({
  step,
  wallTimeMs,
  loss: null,
  learningRate: null,
  globalNorm: 2,
  variables: {},
  ...change,
});

// After 1 of 101 steps, 99 are left; each took as long as the first.
test.each([
  [5, '1 s'],
  [1000, '99 s'],
  // 99 x 2 s = 3.3 min.
  [2000, '3 min'],
  [60_000, '99 min'],
  // 99 x 100 s = 165 min.
  [100_000, '2.8 h'],
])('at %d ms a step, 99 steps take %s', (ms, left) => {
  expect(progressLine(record(1, ms), record(0, 0), 101)).toBe(`step 1 of 101, ${left} left, gradient norm 2`);
});

test('what is not known is left out, and so is the time left before the second step and after the last', () => {
  expect(progressLine(record(4, 9), record(0, 0), undefined)).toBe('step 4, gradient norm 2');
  expect(progressLine(record(0, 9), record(0, 9), 3)).toBe('step 0 of 3, gradient norm 2');
  expect(progressLine(record(2, 9), record(0, 0), 3)).toBe('step 2 of 3, gradient norm 2');
});

test('loss, learning rate and what the norm was clipped to are told', () => {
  const clip = { name: 'c', normAfter: 1, fired: true, accepted: true, cosine: 1 };
  expect(progressLine(record(1, 1, { loss: 0.5, learningRate: 0.1, clip }), record(0, 0), undefined)).toBe(
    'step 1, loss 0.5, gradient norm 2 clipped to 1, learning rate 0.1',
  );
});
