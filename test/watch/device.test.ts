import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { type ClipStrategy, stats, watch } from 'gradient-health';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deviceGauge } from '../../src/watch/gauge-device.js';
import { hostGauge } from '../../src/watch/gauge-host.js';
import { createReadQueue } from '../../src/watch/read-queue.js';
import { compiled, data, weightsOf } from './models.js';

/** A backend that answers like a GPU's: values come later, and asking for them at once is an error. */
class LateBackend extends MathBackendCPU {
  reading = 0;
  mostReading = 0;
  reads = 0;
  strict = false;
  override async read(id: object) {
    this.reads++;
    this.mostReading = Math.max(this.mostReading, ++this.reading);
    await new Promise((resolve) => setTimeout(resolve, 2));
    this.reading--;
    return super.readSync(id as never);
  }
  override readSync(id: object) {
    if (this.strict) throw new Error('readSync in a step');
    return super.readSync(id as never);
  }
}
const late = new LateBackend();

beforeAll(async () => {
  tf.registerBackend('late', () => late);
  tf.copyRegisteredKernels('cpu', 'late');
  await tf.setBackend('late');
});
afterAll(() => tf.setBackend('cpu'));

describe('the device gauge agrees with the host gauge', () => {
  const tensors: Record<string, () => tf.Tensor> = {
    ordinary: () => tf.randomNormal([7, 5], 0.3, 2, 'float32', 3),
    zeros: () => tf.zeros([4]),
    scalar: () => tf.scalar(-3),
    'not finite': () => tf.tensor1d([Number.NaN, 2, Infinity, -Infinity, 0, -5]),
    'all NaN': () => tf.fill([3], Number.NaN),
    huge: () => tf.fill([100], 1e20),
    tiny: () => tf.fill([100], 1e-30),
    'two tiles': () => tf.randomNormal([32, 64], 0.3, 2, 'float32', 4),
    'two tiles and a rest': () => tf.randomNormal([2500], 0.3, 2, 'float32', 5),
    'no elements': () => tf.zeros([0]),
  };

  test.each(Object.keys(tensors))('on %s', async (name) => {
    const tensor = tensors[name]!();
    const gauge = deviceGauge(createReadQueue());
    const reading = gauge.stats(tensor, false);
    const counted = gauge.stats(tensor, true);
    await gauge.settle();
    const expected = stats.summarize((await tensor.data()) as Float32Array, { histogram: true });
    expect(counted()).toEqual(expected);
    const { histogram: _, ...numbers } = expected;
    for (const [key, value] of Object.entries(numbers)) {
      // float32 sums of up to 100 numbers
      const tolerance =
        1e-5 * Math.max(Math.abs(value), key === 'mean' || key === 'std' ? expected.absMean : 0);
      const got = reading()[key as keyof typeof numbers];
      if (Number.isFinite(value)) expect(Math.abs(got - value), key).toBeLessThanOrEqual(tolerance);
      else expect(got, key).toBe(value);
    }
  });

  test('on units and elements', async () => {
    const x = tf.tensor2d([
      [0, 0.2, 0],
      [0, 0.9, Number.NaN],
    ]);
    const gauge = deviceGauge(createReadQueue());
    const readings = [gauge.activeUnits(x, -1), gauge.countBeyond(x, 0.5, 0.35)] as const;
    await gauge.settle();
    const [active, beyond] = readings.map((reading) => reading());
    expect(Array.from(active as Float32Array, (unit) => unit > 0)).toEqual([false, true, true]);
    // The three zeros and 0.9; NaN is nowhere.
    expect(beyond).toBe(4);
    const host = hostGauge;
    expect([...Array.from(host.activeUnits(x, -1)()), host.countBeyond(x, 0.5, 0.35)()]).toEqual([
      0, 1, 1, 4,
    ]);
  });

  test('on units that stand before the pixels', async () => {
    const x = tf.tensor3d([0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0], [2, 3, 2]);
    const gauge = deviceGauge(createReadQueue());
    const active = gauge.activeUnits(x, 1);
    await gauge.settle();
    expect(Array.from(active(), (unit) => unit > 0)).toEqual([false, true, false]);
    expect(Array.from(hostGauge.activeUnits(x, 1)())).toEqual([0, 1, 0]);
  });

  test('on pairs of which one is not finite', async () => {
    const pairs = [
      [Number.NaN, 1],
      [1, Infinity],
      [Infinity, Infinity],
      [Infinity, -Infinity],
      [Number.NaN, Number.NaN],
    ].map(([a, b]) => [tf.tensor1d([a!, 2, 0]), tf.tensor1d([b!, 2, -0])] as const);
    const gauge = deviceGauge(createReadQueue());
    const readings = pairs.map(([before, after]) => gauge.compare(before, after));
    await gauge.settle();
    for (const [index, [before, after]] of pairs.entries()) {
      const { dot, ...expected } = hostGauge.compare(before, after)();
      expect(readings[index]!()).toMatchObject(expected);
      // Its cosine is NaN in any case.
      expect(Number.isFinite(dot) || Number.isFinite(readings[index]!().dot)).toBe(false);
    }
  });

  test('on pairs', async () => {
    const before = tf.tensor1d([1, 2, Number.NaN, 4]);
    const after = tf.tensor1d([1, 3, Number.NaN, 6]);
    const gauge = deviceGauge(createReadQueue());
    const readings = [
      gauge.compare(before, after),
      gauge.compare(tf.slice(before, 0, 2), tf.slice(after, 0, 2)),
    ];
    await gauge.settle();
    expect(readings[0]!().differing).toBe(2);
    // a = [1, 2], b = [1, 3]: 5, 10, (b - a)^2 = 1, a.b = 7
    const { aSquares, bSquares, differenceSquares, dot, differing } = readings[1]!();
    expect(
      [aSquares, bSquares, differenceSquares, dot, differing].map((value) => Math.fround(value)),
    ).toEqual([5, 10, 1, 7, 1].map((value) => expect.closeTo(value, 4)));
    const host = hostGauge.compare(tf.slice(before, 0, 2), tf.slice(after, 0, 2))();
    expect(host).toEqual({ aSquares: 5, bSquares: 10, differenceSquares: 1, dot: 7, differing: 1 });
  });
});

test('histograms are left out while too much waits to be read', async () => {
  const queue = {
    waiting: 2 ** 22 - 100,
    read: async (tensor: tf.Tensor1D) => (await tensor.data()) as Float32Array,
  };
  const gauge = deviceGauge(queue);
  const [within, beyond] = [gauge.stats(tf.ones([90]), true), gauge.stats(tf.ones([90]), true)];
  await gauge.settle();
  expect(within().histogram?.bins.length).toBe(1);
  expect(beyond().histogram).toBeUndefined();
  expect(beyond().norm).toBeCloseTo(Math.sqrt(90), 5);
});

describe('watching a device', () => {
  const { x, y } = data();

  test('never reads at once, keeps one read in flight, loses no record and leaks nothing', async () => {
    const model = compiled();
    const monitor = watch(model, { quiet: true, histograms: () => false });
    const batch = { x: tf.tensor2d(await x.array()), y: tf.tensor2d(await y.array()) };
    await model.trainOnBatch(batch.x, batch.y);
    await monitor.flush();
    const before = tf.memory().numTensors;
    late.mostReading = 0;
    late.reads = 0;
    late.strict = true;
    const step = () => tf.losses.meanSquaredError(batch.y, model.apply(batch.x) as tf.Tensor) as tf.Scalar;
    for (let i = 0; i < 20; i++) model.optimizer.minimize(step);
    await monitor.flush();
    late.strict = false;
    expect(late.mostReading).toBe(1);
    // One for all 20, since the loop never yields.
    expect(late.reads).toBe(1);
    expect(monitor.records.map((record) => record.step)).toEqual(
      Array.from({ length: 21 }, (_, index) => index),
    );
    const losses = monitor.records.map(({ loss }) => loss!);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect(tf.memory().numTensors).toBe(before);
    await monitor.stop();
  });

  test('the records equal those of the host', async () => {
    const records = async (backend: string) => {
      await tf.setBackend(backend);
      const model = compiled(tf.train.sgd(0.1));
      const monitor = watch(model, { quiet: true });
      for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
      await monitor.flush();
      return monitor.records.map(({ wallTimeMs: _, ...record }) => record);
    };
    const [device, host] = [await records('late'), await records('cpu')];
    await tf.setBackend('late');
    for (const [index, record] of host.entries()) {
      expect(device[index]?.globalNorm).toBeCloseTo(record.globalNorm, 5);
      for (const [key, { updateRatio }] of Object.entries(record.variables)) {
        expect(device[index]?.variables[key]?.updateRatio).toBeCloseTo(updateRatio, 5);
      }
    }
  });

  test('a rejected step leaves the weights as they were, though the optimizer runs', async () => {
    const rejectSecond: ClipStrategy = {
      name: 'rejectSecond',
      apply: (gradients, { step }) => ({ gradients, accept: tf.scalar(step === 1 ? 0 : 1) }),
    };
    const model = compiled(tf.train.momentum(0.1, 0.9));
    const monitor = watch(model, { quiet: true, clip: rejectSecond });
    await model.trainOnBatch(x, y);
    const before = await weightsOf(model);
    await model.trainOnBatch(x, y);
    expect(await weightsOf(model)).toEqual(before);
    await monitor.flush();
    expect(monitor.records.map(({ clip }) => clip?.accepted)).toEqual([true, false]);
    await monitor.stop();
  });

  test('before the reads are back, the report says how to get them', async () => {
    const model = compiled();
    const monitor = watch(model, { quiet: true });
    model.optimizer.minimize(() => tf.losses.meanSquaredError(y, model.apply(x) as tf.Tensor) as tf.Scalar);
    expect(monitor.report().verdict).toContain('await monitor.flush()');
    await monitor.flush();
    expect(monitor.report().run.steps.length).toBe(1);
  });
});
