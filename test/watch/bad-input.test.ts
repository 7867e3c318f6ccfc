import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Sink, type StepRecord, watch } from 'gradient-health';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { compiled, data } from './models.js';

const { x, y } = data();
const quiet = { quiet: true } as const;

afterEach(() => vi.useRealTimers());

describe('misuse is refused at once', () => {
  test.each([
    ['null', null],
    ['number', 3],
    ['Object', {}],
    ['Dense', tfl.layers.dense({ units: 1 })],
  ])('watching %s is a TypeError that says what it got', (name, target) => {
    expect(() => watch(target as never)).toThrow(
      new RegExp(`watch: expected a tfjs LayersModel or Optimizer, got ${name}`),
    );
  });

  test.each([
    [{ every: 0 }, /every must be a whole number of steps from 1.*got 0/],
    [{ every: 1.5 }, /got 1.5/],
    [{ histograms: Number.NaN }, /histograms must be.*got NaN/],
    [{ history: -1 }, /history must be a whole number of records from 1, got -1/],
  ])('%o is a RangeError', (options, message) => {
    expect(() => watch(tf.train.sgd(1), options)).toThrow(message);
    expect(() => watch(tf.train.sgd(1), options)).toThrow(RangeError);
  });

  test('watching a model or its optimizer twice is an error until the first monitor stops', async () => {
    const model = compiled();
    const monitor = watch(model, quiet);
    expect(() => watch(model)).toThrow(/watched already/);
    expect(() => watch(model.optimizer)).toThrow(/watched already/);
    await monitor.stop();
    await watch(model.optimizer, quiet).stop();
  });

  test('a refused watch leaves nothing behind', () => {
    const optimizer = tf.train.sgd(1);
    expect(() => watch(optimizer, { every: 0 })).toThrow();
    expect(Object.hasOwn(optimizer, 'applyGradients')).toBe(false);
  });
});

test('a model compiled with an optimizer that another monitor watches is a finding, not a silence', async () => {
  const optimizer = tf.train.sgd(0.1);
  watch(compiled(optimizer), quiet);
  const model = compiled();
  const monitor = watch(model, quiet);
  model.compile({ optimizer, loss: 'meanSquaredError' });
  expect(monitor.findings).toMatchObject([
    { rule: 'watch-failed', message: expect.stringContaining('another monitor') },
  ]);
});

test('a Sequential without layers can be watched; the report says that it is not compiled', async () => {
  const monitor = watch(tfl.sequential(), quiet);
  expect(monitor.run.model).toBeNull();
  expect(monitor.report().verdict).toContain('not compiled');
  await monitor.stop();
});

test('a model without trainable weights can be watched; the report says that nothing can come', () => {
  const layer = tfl.layers.dense({ units: 1, inputShape: [1], trainable: false });
  const model = tfl.sequential({ layers: [layer] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  expect(watch(model, quiet).report().verdict).toContain('no trainable weights');
});

test('a failure while measuring leaves the step out, is a finding and does not touch training', async () => {
  const model = compiled();
  const monitor = watch(model, {
    ...quiet,
    every: (step) => {
      if (step === 1) throw new Error('no idea');
      return true;
    },
  });
  for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
  expect(monitor.records.map(({ step }) => step)).toEqual([0, 2]);
  expect(monitor.findings).toMatchObject([
    { rule: 'watch-failed', firstStep: 1, message: expect.stringContaining('no idea') },
  ]);
});

describe('a sink', () => {
  const trainWith = async (sink: Sink) => {
    const model = compiled();
    const monitor = watch(model, { ...quiet, sinks: [sink] });
    for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
    return monitor;
  };

  test.each([
    [
      'throws',
      () => {
        throw new Error('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('that %s is reported once and records are kept', async (_, write) => {
    const monitor = await trainWith({ write });
    await monitor.flush();
    expect(monitor.records.length).toBe(3);
    expect(monitor.findings).toMatchObject([
      { rule: 'sink-failed', message: expect.stringContaining('disk full') },
    ]);
  });

  test('that hangs is given up after some seconds, and stop still ends', async () => {
    const monitor = await trainWith({ write: () => new Promise(() => {}) });
    vi.useFakeTimers();
    const stopped = monitor.stop();
    await vi.advanceTimersByTimeAsync(30_000);
    await stopped;
    expect(monitor.findings).toMatchObject([
      { rule: 'sink-failed', message: expect.stringContaining('hangs') },
    ]);
  });

  test('that is slow still gets facts first, every record in order, and its close last', async () => {
    const got: string[] = [];
    const later = async (text: string) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      got.push(text);
    };
    const monitor = await trainWith({
      open: (facts) => later(`facts of ${facts.model?.layers.length} layers`),
      write: (record: StepRecord) => later(`step ${record.step}`),
      close: () => later('closed'),
    });
    await monitor.stop();
    expect(got).toEqual(['facts of 2 layers', 'step 0', 'step 1', 'step 2', 'closed']);
  });
});
