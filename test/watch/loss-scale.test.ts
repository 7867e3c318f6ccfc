import * as tf from '@tensorflow/tfjs-core';
import { clipByGlobalNorm, type LossScaleOptions, type StepRecord, watch } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { compiled, data, optimizers, weightsOf } from './models.js';

/** Some steps of a small regression, watched. */
async function train(
  optimizer: tf.Optimizer,
  options: Parameters<typeof watch>[1],
  steps = 6,
): Promise<{ records: readonly StepRecord[]; weights: Float32Array[] }> {
  const model = compiled(optimizer);
  const { x, y } = data();
  const monitor = watch(model, { quiet: true, histograms: 1, activations: 1, ...options });
  for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
  await monitor.stop();
  return { records: monitor.records, weights: await weightsOf(model) };
}

/** A record without what differs from run to run. */
const numbersOf = ({ wallTimeMs: _, watchShare: __, lossScale: ___, ...record }: StepRecord) => record;

/** Minimises `factor * weight` on its own; its gradient is `factor`. */
async function descend(factors: readonly number[], lossScale: LossScaleOptions) {
  const weight = tf.variable(tf.scalar(1), true);
  const optimizer = tf.train.sgd(0.5);
  const monitor = watch(optimizer, { quiet: true, lossScale });
  const weights: (number | undefined)[] = [];
  for (const factor of factors) {
    optimizer.minimize(() => tf.mul(weight, factor) as tf.Scalar, false, [weight]);
    weights.push(weight.dataSync()[0]);
  }
  await monitor.stop();
  return { weights, scales: monitor.records.map(({ lossScale }) => lossScale), monitor };
}

describe.each(['cpu', 'wasm'])('a scaled loss on %s', (backend) => {
  test.each(['sgd', 'momentum', 'adagrad', 'adadelta', 'rmsprop'])(
    'trains %s to the very weights of an unscaled one, and records the very numbers',
    async (name) => {
      await tf.setBackend(backend);
      const plain = await train(optimizers[name]!(), {});
      const scaled = await train(optimizers[name]!(), { lossScale: {} });
      expect(scaled.weights).toEqual(plain.weights);
      expect(scaled.records.map(numbersOf)).toEqual(plain.records.map(numbersOf));
      expect(scaled.records.map(({ lossScale }) => lossScale)).toEqual(
        Array.from({ length: 6 }, () => ({ scale: 32768, fits: true })),
      );
    },
  );

  test.each(['adam', 'adamax'])(
    'trains %s, which meets a constant factor, but for epsilon alike',
    async (name) => {
      await tf.setBackend(backend);
      const plain = await train(optimizers[name]!(), {});
      const scaled = await train(optimizers[name]!(), { lossScale: {} });
      for (const [index, weights] of scaled.weights.entries()) {
        for (const [at, weight] of weights.entries()) {
          // Steps of 0.01 whose epsilon of 1e-7 counts a 32nd, relative to gradients above 1e-3.
          expect(Math.abs(weight - plain.weights[index]![at]!)).toBeLessThan(1e-5);
        }
      }
    },
  );

  test('clips the unscaled gradients', async () => {
    await tf.setBackend(backend);
    const clip = clipByGlobalNorm(0.1);
    const plain = await train(tf.train.sgd(0.1), { clip });
    const scaled = await train(tf.train.sgd(0.1), { clip, lossScale: {} });
    expect(scaled.weights).toEqual(plain.weights);
    expect(scaled.records.map(({ clip }) => clip)).toEqual(plain.records.map(({ clip }) => clip));
  });

  test('halves the scale after an overflow and leaves the weights as they were', async () => {
    await tf.setBackend(backend);
    // 1e35 * 32768 is beyond float32, 1e35 * 1024 is not.
    const { weights, scales } = await descend([1, 1e35, 1], { backoffFactor: 2 ** -5 });
    expect(scales).toEqual([
      { scale: 32768, fits: true },
      { scale: 32768, fits: false },
      { scale: 1024, fits: true },
    ]);
    expect(weights).toEqual([0.5, 0.5, 0]);
  });

  test('grows the scale after enough calm steps, up to the largest', async () => {
    await tf.setBackend(backend);
    const { scales } = await descend(new Array(9).fill(1), {
      initial: 4,
      max: 16,
      growthInterval: 3,
    });
    expect(scales.map((entry) => entry?.scale)).toEqual([4, 4, 4, 8, 8, 8, 16, 16, 16]);
  });

  test('grows by no tensor and no byte, and stop gives the optimizer its methods back', async () => {
    await tf.setBackend(backend);
    const model = compiled(tf.train.adam(0.01));
    const { x, y } = data();
    await model.trainOnBatch(x, y);
    const unwatched = tf.memory().numTensors;
    const monitor = watch(model, { quiet: true, lossScale: {}, clip: clipByGlobalNorm(0.1) });
    const steps = async () => {
      for (let step = 0; step < 5; step++) await model.trainOnBatch(x, y);
    };
    await steps();
    const { numTensors, numBytes } = tf.memory();
    await steps();
    expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([numTensors, numBytes]);
    await monitor.stop();
    expect(tf.memory().numTensors).toBe(unwatched);
    expect(Object.hasOwn(model.optimizer, 'computeGradients')).toBe(false);
    expect(Object.hasOwn(model.optimizer, 'applyGradients')).toBe(false);
  });
});

describe('loss scaling', () => {
  test('is no finding while it looks for its scale, and is one where nothing helps', async () => {
    await tf.setBackend('cpu');
    const found = await descend([1, 1e35, 1, 1], {});
    expect(found.monitor.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const lost = await descend(new Array(20).fill(Number.NaN), {});
    expect(lost.monitor.findings.map(({ rule }) => rule)).toContain('non-finite');
  });

  test('unscales the gradients of each of several losses', async () => {
    const [a, b] = ['a', 'b'].map((name) => tf.variable(tf.scalar(1), true, name)) as [
      tf.Variable,
      tf.Variable,
    ];
    const optimizer = tf.train.sgd(0.1);
    const monitor = watch(optimizer, { lossScale: {}, quiet: true });
    const of = (v: tf.Variable) => optimizer.computeGradients(() => tf.square(v) as tf.Scalar, [v]).grads;
    const [first, second] = [of(a), of(b)];
    optimizer.applyGradients(first);
    optimizer.applyGradients(second);
    expect([a, b].map((each) => each.dataSync()[0])).toEqual([
      expect.closeTo(0.8, 6),
      expect.closeTo(0.8, 6),
    ]);
    // What somebody made of the newest gradients is scaled as they are.
    const third = of(a);
    optimizer.applyGradients({ a: tf.mul(third['a']!, 0.5) });
    expect(a.dataSync()[0]).toBeCloseTo(0.72, 5);
    await monitor.stop();
    tf.disposeVariables();
  });

  test('leaks nothing where a strategy throws', async () => {
    const w = tf.variable(tf.scalar(1), true, 'w');
    const optimizer = tf.train.sgd(0.1);
    const grown = async (lossScale?: LossScaleOptions) => {
      const clip = {
        name: 'broken',
        apply: (): never => {
          throw new Error('broken');
        },
      };
      const monitor = watch(optimizer, { quiet: true, clip, ...(lossScale && { lossScale }) });
      const step = () => expect(() => optimizer.minimize(() => tf.square(w) as tf.Scalar)).toThrow('broken');
      step();
      const before = tf.memory().numTensors;
      step();
      const after = tf.memory().numTensors;
      await monitor.stop();
      return after - before;
    };
    expect(await grown({})).toBe(await grown());
    tf.disposeVariables();
  });

  test('leaves gradients alone that did not come from a scaled loss', async () => {
    await tf.setBackend('cpu');
    const weight = tf.variable(tf.scalar(1), true);
    const optimizer = tf.train.sgd(0.5);
    const monitor = watch(optimizer, { quiet: true, lossScale: {} });
    optimizer.applyGradients(tf.variableGrads(() => tf.mul(weight, 1) as tf.Scalar, [weight]).grads);
    expect(weight.dataSync()[0]).toBe(0.5);
    await monitor.stop();
    expect(monitor.records[0]?.lossScale).toBeUndefined();
  });

  test.each<[LossScaleOptions, string]>([
    [{ initial: 1000 }, 'watch: lossScale.initial must be a power of two from 1, got 1000'],
    [{ growthFactor: 3 }, 'watch: lossScale.growthFactor must be a power of two from 1, got 3'],
    [{ backoffFactor: 1 }, 'watch: lossScale.backoffFactor must be a power of two below 1, got 1'],
    [{ max: 2 }, 'watch: lossScale.max must be a power of two from lossScale.initial, 32768, got 2'],
    [
      { growthInterval: 4000 },
      'watch: lossScale.growthInterval must be a whole number from 1 to 2048, got 4000',
    ],
  ])('refuses %o', (lossScale, message) => {
    expect(() => watch(tf.train.sgd(0.1), { lossScale })).toThrow(new RangeError(message));
  });
});
