import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  clipByGlobalNorm,
  type Monitor,
  type StepRecord,
  type WatchOptions,
  watch,
  withClipping,
} from 'gradient-health';
import { expect, test, vi } from 'vitest';
import { valuesAtHand } from '../../src/watch/device-values.js';
import { compiled, data as smallData, weightsOf } from '../watch/models.js';

/** 24 -> 48 relu -> 1: large enough that its gradients stay on the device. */
function model(optimizer: tf.Optimizer = tf.train.sgd(0.1)): tfl.Sequential {
  const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
  const built = tfl.sequential({
    layers: [
      tfl.layers.dense({
        name: 'first',
        units: 48,
        inputShape: [24],
        activation: 'relu',
        kernelInitializer: seeded(1),
      }),
      tfl.layers.dense({ name: 'last', units: 1, kernelInitializer: seeded(2) }),
    ],
  });
  built.compile({ optimizer, loss: 'meanSquaredError' });
  return built;
}
const data = (rows = 96) => ({
  x: tf.randomNormal([rows, 24], 0, 1, 'float32', 11),
  y: tf.randomNormal([rows, 1], 0, 1, 'float32', 12),
});

interface Trained {
  readonly monitor: Monitor;
  readonly weights: readonly Float32Array[];
}

/** Six steps of `fit` on the backend. */
async function train(
  backend: string,
  options: WatchOptions | undefined,
  optimizer = tf.train.sgd(0.1),
): Promise<Trained> {
  await tf.setBackend(backend);
  const [net, { x, y }] = [model(optimizer), data()];
  const monitor = watch(options ? net : optimizer, { quiet: true, ...options });
  if (!options) await monitor.stop();
  await net.fit(x, y, { batchSize: 32, epochs: 2, shuffle: false, verbose: 0 });
  await monitor.stop();
  return { monitor, weights: await weightsOf(net) };
}

/** Counts reads of more than one number, which tfjs does not ask for, and every wait for the device. */
function spyOnReads() {
  const device = tf.backend();
  const seen = { reads: 0, most: 0, blocking: 0 };
  let inFlight = 0;
  const { read, readSync } = device;
  const storage = device as unknown as Record<
    'texData' | 'tensorMap',
    { get(id: object): { shape: number[] } } | undefined
  >;
  const size = (id: object) => tf.util.sizeFromShape((storage.texData ?? storage.tensorMap)!.get(id).shape);
  device.read = async (id: object) => {
    if (size(id) === 1) return read.call(device, id);
    seen.reads++;
    seen.most = Math.max(seen.most, ++inFlight);
    try {
      return await read.call(device, id);
    } finally {
      inFlight--;
    }
  };
  device.readSync = (id: object) => {
    if (!valuesAtHand({ dataId: id, size: 1 } as tf.Tensor)) seen.blocking++;
    return readSync.call(device, id);
  };
  return { seen, restore: () => Object.assign(device, { read, readSync }) };
}

const close = (got: number, expected: number, scale = Math.abs(expected)): void =>
  expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-4 * scale);

/** Watching on a device: what it sees, and that it changes and blocks nothing. */
export function testWatching(backend: string): void {
  test('fit is never blocked, has one read in flight and leaks nothing', async () => {
    await tf.setBackend(backend);
    const [net, { x, y }] = [model(), data()];
    const monitor = watch(net, { quiet: true, histograms: 2, activations: 1, weights: 2 });
    const epochs = () => net.fit(x, y, { batchSize: 32, epochs: 4, verbose: 0 });
    await epochs();
    await monitor.flush();
    const memory = () => {
      const { numTensors, numDataBuffers, numBytes } = tf.memory();
      return { numTensors, numDataBuffers, numBytes };
    };
    const before = memory();
    const dataSync = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    const { seen, restore } = spyOnReads();
    await epochs();
    await monitor.flush();
    restore();
    expect(memory()).toEqual(before);
    expect(dataSync).not.toHaveBeenCalled();
    dataSync.mockRestore();
    expect(seen.blocking).toBe(0);
    expect(seen.most).toBe(1);
    // 12 steps: without a backlog in one piece it would be a read each, or one for each of 4 weights.
    expect(seen.reads).toBeLessThanOrEqual(12);
    expect(monitor.records.length).toBe(24);
    await monitor.stop();
  });

  test('records, histograms included, are those of cpu', async () => {
    const options: WatchOptions = { histograms: 1, activations: 1, weights: 1 };
    const records = async (name: string): Promise<readonly StepRecord[]> =>
      (await train(name, options)).monitor.records;
    const [got, expected] = [await records(backend), await records('cpu')];
    expect(got.length).toBe(6);
    for (const [index, record] of got.entries()) {
      const other = expected[index]!;
      close(record.loss!, other.loss!);
      close(record.globalNorm, other.globalNorm);
      for (const [key, { gradient, weight, weightNorm, updateNorm }] of Object.entries(record.variables)) {
        const cpu = other.variables[key]!;
        close(weightNorm, cpu.weightNorm);
        close(updateNorm, cpu.updateNorm);
        for (const name of ['norm', 'absMean', 'min', 'max'] as const)
          close(gradient![name], cpu.gradient![name]);
        close(gradient!.mean, cpu.gradient!.mean, cpu.gradient!.absMean);
        for (const name of ['size', 'zeros', 'nans', 'infs'] as const)
          expect(gradient![name]).toBe(cpu.gradient![name]);
        expect(gradient!.histogram).toEqual(cpu.gradient!.histogram);
        close(weight!.norm, cpu.weightNorm);
        expect(weight!.size).toBe(
          weight!.histogram!.bins.reduce((sum, [, count]) => sum + count, weight!.zeros),
        );
      }
      for (const [path, { output, outputGradient, deadShare }] of Object.entries(record.layers!)) {
        const cpu = other.layers![path]!;
        close(output.norm, cpu.output.norm);
        close(outputGradient!.norm, cpu.outputGradient!.norm);
        expect(output.zeros).toBe(cpu.output.zeros);
        expect(deadShare).toBe(cpu.deadShare);
      }
    }
  });

  test('weights train bit by bit as unwatched ones, with moments and without', async () => {
    for (const optimizer of [() => tf.train.sgd(0.1), () => tf.train.adam(0.01, 0.9, 0.999, 1e-7)]) {
      const watched = await train(
        backend,
        { histograms: 1, activations: 1, weights: 1 },
        optimizer() as tf.SGDOptimizer,
      );
      const plain = await train(backend, undefined, optimizer() as tf.SGDOptimizer);
      expect(watched.weights).toEqual(plain.weights);
    }
  });

  test('a model small enough to be computed on the host trains bit by bit as unwatched', async () => {
    await tf.setBackend(backend);
    const { x, y } = smallData();
    const weights = async (watched: boolean) => {
      const net = compiled(tf.train.adam(0.01, 0.9, 0.999, 1e-7));
      const monitor = watched
        ? watch(net, { quiet: true, histograms: 1, activations: 1, weights: 1 })
        : undefined;
      for (let step = 0; step < 5; step++) await net.trainOnBatch(x, y);
      await monitor?.stop();
      return weightsOf(net);
    };
    expect(await weights(true)).toEqual(await weights(false));
  });

  test('NaN and infinities are counted where they are', async () => {
    await tf.setBackend(backend);
    const weight = tf.variable(tf.ones([40, 40]), true, 'weight');
    // The gradient of sum(w * x) is x.
    const x = tf.tensor(
      Array.from({ length: 1600 }, (_, i) => (i < 3 ? Number.NaN : i < 5 ? -Infinity : i < 9 ? 0 : 1)),
      [40, 40],
    );
    const optimizer = tf.train.sgd(0.1);
    const monitor = watch(optimizer, { quiet: true });
    optimizer.minimize(() => tf.sum(tf.mul(weight, x)), false, [weight]);
    await monitor.stop();
    const { globalNorm, variables } = monitor.records[0]!;
    // 1600 - 9 ones: norm sqrt(1591)
    expect(variables['weight']!.gradient).toMatchObject({ nans: 3, infs: 2, zeros: 4, min: 0, max: 1 });
    close(variables['weight']!.gradient!.norm, Math.sqrt(1591));
    expect(globalNorm).toBe(Number.NaN);
    expect(variables['weight']!.updateNorm).toBe(Number.NaN);
  });

  test('a clip does what it does on cpu, and a rejected step leaves the weights as they were', async () => {
    const run = async (name: string) => {
      await tf.setBackend(name);
      const net = model(withClipping(tf.train.sgd(0.1), clipByGlobalNorm(0.5)) as tf.SGDOptimizer);
      const monitor = watch(net, { quiet: true });
      const { x, y } = data(32);
      await net.trainOnBatch(x, y);
      const before = await weightsOf(net);
      await net.trainOnBatch(tf.fill([32, 24], Number.NaN), y);
      const after = await weightsOf(net);
      await monitor.stop();
      return { before, after, clips: monitor.records.map(({ clip }) => clip!) };
    };
    const [device, cpu] = [await run(backend), await run('cpu')];
    expect(device.clips.map(({ fired, accepted }) => [fired, accepted])).toEqual([
      [true, true],
      [true, false],
    ]);
    close(device.clips[0]!.normAfter, 0.5);
    close(device.clips[0]!.cosine, 1);
    expect(device.after).toEqual(device.before);
    for (const [index, weights] of device.before.entries()) {
      for (const [at, weight] of weights.entries()) {
        // float32 weights up to about 1
        expect(Math.abs(weight - cpu.before[index]![at]!)).toBeLessThan(1e-5);
      }
    }
  });
}
