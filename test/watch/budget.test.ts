import * as tf from '@tensorflow/tfjs-core';
import { watch } from 'gradient-health';
import { expect, test } from 'vitest';
import { createBudget } from '../../src/watch/budget.js';
import { compiled, data } from './models.js';

/** Steps of `stepMs`, of which watching takes `watchMs` where it is allowed; returns how many it measured. */
function simulate(limit: number | undefined, steps: number, stepMs: number, watchMs: number) {
  let time = 0;
  const budget = createBudget(limit, () => time);
  let measured = 0;
  for (let step = 0; step < steps; step++) {
    const allowed = budget.allows();
    if (allowed) {
      measured++;
      budget.spend(() => {
        time += watchMs;
      });
    }
    time += stepMs;
    budget.endStep(allowed);
  }
  return { measured, share: budget.share };
}

test('without a limit every step is measured and the share is told', () => {
  // 1 ms of watching in a step of 9 + 1 ms
  expect(simulate(undefined, 1000, 9, 1)).toEqual({ measured: 1000, share: expect.closeTo(0.1, 6) });
});

test('a limit above the cost leaves no step out', () => {
  expect(simulate(0.2, 1000, 9, 1).measured).toBe(1000);
});

test('a limit below the cost thins out until the share keeps to it', () => {
  const { measured, share } = simulate(0.02, 10_000, 9, 1);
  expect(share).toBeLessThanOrEqual(0.02);
  expect(share).toBeGreaterThan(0.019);
  // A step costs 9 ms and every n-th 1 ms more: 1 / (9 n + 1) = 0.02, n = 5.4
  expect(measured).toBeGreaterThan(10_000 / 6);
  expect(measured).toBeLessThan(10_000 / 5);
});

test('a pause buys no time for watching', () => {
  let time = 0;
  const budget = createBudget(0.1, () => time);
  for (let step = 0; step < 20; step++) {
    time += 10;
    budget.endStep(false);
  }
  time += 1e9;
  budget.spend(() => {
    time += 30;
  });
  budget.endStep(true);
  // 19 gaps of 10 ms and one cut to 10 times that: 30 of 290 ms are spent, and 30 more would be too much.
  expect(budget.share).toBeCloseTo(30 / 290, 6);
  expect(budget.allows()).toBe(false);
});

test('keeps to its share in a loop that only tells its gradients', async () => {
  const weight = tf.variable(tf.ones([400, 500]), true, 'told');
  const gradient = tf.ones([400, 500]);
  const monitor = watch(tf.train.sgd(0.1), { quiet: true, rules: [], budget: 1e-9 });
  for (let step = 0; step < 30; step++) monitor.observe({ told: gradient });
  // The first ten, whatever they cost.
  expect(monitor.records.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(monitor.records.at(-1)?.watchShare).toBeGreaterThan(0);
  await monitor.stop();
  weight.dispose();
  gradient.dispose();
});

test.each([0, -1, 1.5, Number.NaN])('a budget of %s is a RangeError', (limit) => {
  expect(() => createBudget(limit)).toThrow(
    /budget must be a share of the step time, above 0 and up to 1, got/,
  );
});

test('watch measures its first ten steps and tells its share in the records', async () => {
  const model = compiled();
  const monitor = watch(model, { quiet: true, budget: 1e-9 });
  const { x, y } = data();
  for (let step = 0; step < 30; step++) await model.trainOnBatch(x, y);
  expect(monitor.records.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(monitor.records.at(-1)?.watchShare).toBeGreaterThan(0);
  expect(monitor.records.at(-1)?.watchShare).toBeLessThan(1);
});
