import * as tf from '@tensorflow/tfjs-core';
import { watch } from 'gradient-health';
import { afterEach, expect, test } from 'vitest';

// Gradients that a loop tells of itself, and steps that are computed and not taken.

const quiet = { quiet: true, rules: [] } as const;
const weight = () => tf.variable(tf.tensor1d([1, 2]), true, 'w');
const square = (w: tf.Variable) => () => tf.sum(tf.square(w)) as tf.Scalar;
afterEach(() => tf.disposeVariables());

test('within steps of an optimizer they take the place of its own, and count no step twice', () => {
  const w = weight();
  const optimizer = tf.train.sgd(0.01);
  const monitor = watch(optimizer, { ...quiet, every: 2 });
  for (let i = 0; i < 6; i++) {
    const { value, grads } = optimizer.computeGradients(square(w));
    monitor.observe({ w: tf.tensor1d([100 + i, 0]) }, value);
    optimizer.applyGradients(grads);
  }
  expect(monitor.records.map(({ step, globalNorm }) => [step, globalNorm])).toEqual([
    [0, 100],
    [2, 102],
    [4, 104],
  ]);
  expect(monitor.records.every(({ loss }) => loss !== null)).toBe(true);
});

test('of a step that is not taken they are a record with a number of its own', () => {
  const w = weight();
  const optimizer = tf.train.sgd(0.01);
  const monitor = watch(optimizer, quiet);
  optimizer.computeGradients(square(w));
  monitor.observe({ w: tf.tensor1d([7, 0]) });
  optimizer.applyGradients(optimizer.computeGradients(square(w)).grads);
  expect(monitor.records.map(({ step, globalNorm }) => [step, globalNorm])).toEqual([
    [0, 7],
    [1, expect.closeTo(Math.sqrt(20), 5)],
  ]);
});

test('a function that says when to measure is asked once a step', () => {
  const w = weight();
  const optimizer = tf.train.sgd(0.01);
  const asked: number[] = [];
  const every = (step: number) => asked.push(step) % 3 === 0;
  const monitor = watch(optimizer, { ...quiet, every });
  for (let i = 0; i < 9; i++) optimizer.minimize(square(w));
  expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(monitor.records.map(({ step }) => step)).toEqual([2, 5, 8]);
  expect(monitor.records.every(({ loss }) => loss !== null)).toBe(true);
});
