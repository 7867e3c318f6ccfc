import * as tf from '@tensorflow/tfjs-core';
import { clipByGlobalNorm, watch, withClipping } from 'gradient-health';
import { expect, test } from 'vitest';
import { compiled, data, mlp } from './models.js';

// The life of a model: compiled late or again, stopped, disposed.

const { x, y } = data();
const quiet = { quiet: true } as const;

test('a model that is compiled later, and again, is followed', async () => {
  const model = mlp();
  const monitor = watch(model, quiet);
  expect(monitor.report().verdict).toContain('not compiled');
  const first = tf.train.sgd(0.1);
  model.compile({ optimizer: first, loss: 'meanSquaredError' });
  expect(monitor.report().verdict).toContain('has not taken a step');
  await model.trainOnBatch(x, y);
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  await model.trainOnBatch(x, y);
  expect(monitor.records.map(({ learningRate }) => learningRate)).toEqual([0.1, 0.001]);
  expect(monitor.run.model?.optimizer.className).toBe('Adam');
  expect(Object.hasOwn(first, 'applyGradients')).toBe(false);
});

test('the facts of a compiled model are there before its first step', () => {
  const model = mlp();
  const monitor = watch(model, quiet);
  expect(monitor.run.model).toBeNull();
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  expect(monitor.run.model?.layers.map(({ path }) => path)).toEqual(['first', 'last']);
  expect(monitor.run.backend?.name).toBe('cpu');
});

test('an optimizer assigned to model.optimizer is followed', async () => {
  const model = compiled();
  const monitor = watch(model, quiet);
  model.optimizer = tf.train.sgd(0.25);
  await model.trainOnBatch(x, y);
  expect(monitor.records[0]?.learningRate).toBe(0.25);
});

test('stop gives model and optimizer their own methods back, and records stay', async () => {
  const model = compiled();
  const { optimizer } = model;
  const monitor = watch(model, quiet);
  await model.trainOnBatch(x, y);
  await monitor.stop();
  await monitor.stop();
  for (const name of ['computeGradients', 'applyGradients'])
    expect(Object.hasOwn(optimizer, name)).toBe(false);
  for (const name of ['compile', 'optimizer']) expect(Object.hasOwn(model, name)).toBe(false);
  expect(
    Reflect.ownKeys(optimizer)
      .concat(Reflect.ownKeys(model))
      .filter((key) => typeof key === 'symbol'),
  ).toEqual([]);
  await model.trainOnBatch(x, y);
  expect(monitor.records.length).toBe(1);
  watch(model, quiet);
});

test('disposing a watched model leaves its records and lets stop finish', async () => {
  const model = compiled();
  const monitor = watch(model, quiet);
  await model.trainOnBatch(x, y);
  model.dispose();
  expect(monitor.report().run.steps.length).toBe(1);
  await monitor.stop();
});

test('a step whose gradients are all null, and an empty map, are records with norm 0', () => {
  const weight = tf.variable(tf.tensor1d([3, 4]), true, 'untouched');
  const optimizer = tf.train.adam(0.1);
  const monitor = watch(optimizer, quiet);
  optimizer.applyGradients([{ name: weight.name, tensor: null as unknown as tf.Tensor }]);
  optimizer.applyGradients({});
  expect(monitor.records).toMatchObject([
    {
      globalNorm: 0,
      variables: { untouched: { gradient: null, weightNorm: 5, updateNorm: 0, updateRatio: 0 } },
    },
    { globalNorm: 0, variables: {} },
  ]);
});

test('a run that is resumed goes on counting where it was left', async () => {
  const model = compiled();
  const monitor = watch(model, { ...quiet, firstStep: 20 });
  expect(monitor.report().verdict).toContain('has not taken a step');
  for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
  await monitor.stop();
  expect(monitor.records.map(({ step }) => step)).toEqual([20, 21, 22]);
});

test('gradients that are told by hand and then applied are one step', () => {
  const weight = tf.variable(tf.tensor1d([3, 4]), true, 'weight');
  const optimizer = tf.train.sgd(0.1);
  const monitor = watch(optimizer, quiet);
  for (let step = 0; step < 3; step++) {
    const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(weight)) as tf.Scalar, [weight]);
    monitor.observe(grads, value);
    optimizer.applyGradients(grads);
  }
  expect(monitor.records.map(({ step, loss }) => [step, loss])).toEqual([
    [0, 25],
    [1, expect.closeTo(16, 4)],
    [2, expect.closeTo(10.24, 4)],
  ]);
  // What is not the same gradient is a step of its own.
  optimizer.applyGradients({ weight: tf.tensor1d([1, 1]) });
  expect(monitor.records.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
  tf.disposeVariables();
});

test('a model that is not compiled is watched by the optimizer of its loop', async () => {
  const model = mlp();
  const optimizer = tf.train.sgd(0.1);
  const monitor = watch(model, { ...quiet, optimizer });
  expect(monitor.report().verdict).toContain('has not taken a step');
  for (let step = 0; step < 3; step++) {
    optimizer.minimize(() => tf.mean(tf.square(tf.sub(model.apply(x) as tf.Tensor, y))) as tf.Scalar);
  }
  await monitor.stop();
  expect(monitor.records).toHaveLength(3);
  expect(Object.keys(monitor.records[0]?.variables ?? {})).toContain('first/kernel');
  expect(monitor.records[0]?.layers?.['first']).toBeDefined();
  expect(monitor.run.model?.optimizer).toMatchObject({ className: 'SGD', config: { learningRate: 0.1 } });
  expect(Object.hasOwn(optimizer, 'applyGradients')).toBe(false);
  expect(Object.hasOwn(model, 'compile')).toBe(false);
});

test('a named optimizer is watched in the place of the one that a model is compiled with', async () => {
  const model = compiled();
  const monitor = watch(model, { ...quiet, optimizer: tf.train.sgd(0.1) });
  await model.trainOnBatch(x, y);
  await monitor.stop();
  expect(monitor.records).toEqual([]);
});

test('a model that is compiled again with the same optimizer is looked at anew', async () => {
  const model = compiled();
  const monitor = watch(model, quiet);
  await model.trainOnBatch(x, y);
  model.layers[0]!.trainable = false;
  model.compile({ optimizer: model.optimizer, loss: 'meanAbsoluteError' });
  await model.trainOnBatch(x, y);
  expect(monitor.run.model?.loss).toBe('meanAbsoluteError');
  expect(monitor.run.model?.layers[0]?.frozen).toBe(true);
  expect(monitor.records).toHaveLength(2);
  expect(monitor.run.data).not.toBeNull();
  await monitor.stop();
});

test('stop gives a model the compile back that somebody had put on it', async () => {
  const model = mlp();
  let calls = 0;
  const { compile } = model;
  model.compile = (...args) => {
    calls++;
    compile.apply(model, args);
  };
  const own = model.compile;
  const monitor = watch(model, quiet);
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await monitor.stop();
  expect(model.compile).toBe(own);
  expect(calls).toBe(1);
});

test('an optimizer that clips already is compiled with, watched, and keeps its own clip', async () => {
  const model = mlp();
  const monitor = watch(model, { ...quiet, clip: clipByGlobalNorm(1) });
  const optimizer = withClipping(tf.train.sgd(0.1), clipByGlobalNorm(2));
  model.compile({ optimizer, loss: 'meanSquaredError' });
  await model.trainOnBatch(x, y);
  expect(monitor.records[0]?.clip?.name).toBe('clipByGlobalNorm(2)');
  expect(monitor.run.model?.layers).toHaveLength(2);
  expect(monitor.findings.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('clips already, with clipByGlobalNorm(2); the clip of this monitor is left out'),
  );
  await monitor.stop();
  expect(Object.hasOwn(optimizer, 'applyGradients')).toBe(true);
});
