import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  clipByGlobalNorm,
  initializers,
  type Monitor,
  treat,
  type WatchOptions,
  watch,
} from 'gradient-health';
import { beforeEach, describe, expect, test } from 'vitest';
import { compiled, data, weightsOf } from '../watch/models.js';

beforeEach(() => tf.setBackend('cpu'));

describe('a treatment that is aborted at its n-th look at the signal', () => {
  /** Softmax over one unit: it learns only once it is changed. */
  const classifier = (): tfl.LayersModel => {
    const seeded = (seed: number) => initializers.heNormal({ seed });
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 4, activation: 'relu', inputShape: [2], kernelInitializer: seeded(1) }),
        tfl.layers.dense({ units: 1, activation: 'softmax', kernelInitializer: seeded(2) }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'binaryCrossentropy' });
    return model;
  };

  test('throws its reason, whichever n, and leaves the model, the data and the memory as they were', async () => {
    const model = classifier();
    const x = tf.randomUniform([16, 2], -1, 1, 'float32', 7);
    const y = tf.tidy(() => tf.cast(tf.greater(tf.sum(x, 1, true), 0), 'float32'));
    const given = { x, y, steps: 3, batchSize: 8 };
    const weights = await weightsOf(model);
    const reason = new Error('enough');
    const attempt = async (n: number): Promise<unknown> => {
      let looks = 0;
      const signal = {
        throwIfAborted() {
          if (looks++ === n) throw reason;
        },
      };
      return treat(model, { ...given, signal }).then(
        (treatment) => treatment,
        (error) => error,
      );
    };
    const before = tf.memory();
    let n = 0;
    for (let result = await attempt(n); result === reason; result = await attempt(++n)) {
      expect(tf.memory(), `aborted at look ${n}`).toMatchObject({
        numTensors: before.numTensors,
        numBytes: before.numBytes,
      });
    }
    // One look before each of three steps, of the untreated trial and of one other at least.
    expect(n).toBeGreaterThanOrEqual(6);
    expect(await weightsOf(model)).toEqual(weights);
    expect(Object.hasOwn(model.optimizer, 'applyGradients')).toBe(false);
  });
});

describe('a monitor that is stopped', () => {
  const optionsOf: Readonly<Record<string, WatchOptions>> = {
    'that observes': { histograms: 1, activations: 1 },
    'that clips': { clip: clipByGlobalNorm(1e3), activations: 1 },
    'that scales the loss': { lossScale: {}, activations: 1 },
    'that keeps weights for an autopsy': { autopsy: true, activations: 1 },
  };
  const places = ['onBatchBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd', 'onStep', 'sink'] as const;

  describe.each(Object.entries(optionsOf))('%s', (_, options) => {
    test.each(places)(
      'in %s of any step ends at once; training goes on as if unwatched, and nothing leaks',
      async (place) => {
        const { x, y } = data();
        for (let at = 0; at < 4; at++) {
          const model = compiled(tf.train.sgd(0.05));
          const before = tf.memory().numTensors;
          let calls = 0;
          let stopping: Promise<void> | undefined;
          const stopNow = (): void => {
            if (calls++ === at) stopping = monitor.stop();
          };
          const monitor: Monitor = watch(model, {
            ...options,
            quiet: true,
            ...(place === 'onStep' && { onStep: stopNow }),
            ...(place === 'sink' && { sinks: [{ write: stopNow }] }),
          });
          const callbacks =
            place.startsWith('on') && place !== 'onStep' ? { [place]: async () => stopNow() } : {};
          await model.fit(x, y, { epochs: 4, batchSize: 32, shuffle: false, verbose: 0, callbacks });
          await stopping;
          expect(Object.hasOwn(model.optimizer, 'applyGradients'), `stopped at ${at}`).toBe(
            stopping === undefined,
          );
          await monitor.stop();
          expect(monitor.findings).toEqual([]);
          expect(monitor.records.map(({ step }) => step)).toEqual(monitor.records.map((_, step) => step));
          if (stopping) expect(monitor.records.length).toBeGreaterThanOrEqual(Math.min(at, 4));
          expect(tf.memory().numTensors, `stopped at ${at}`).toBe(before);
          const plain = compiled(tf.train.sgd(0.05));
          await plain.fit(x, y, { epochs: 4, batchSize: 32, shuffle: false, verbose: 0 });
          expect(await weightsOf(model)).toEqual(await weightsOf(plain));
          for (const each of [model, plain]) each.dispose();
        }
        tf.dispose([x, y]);
      },
    );
  });
});

test('a training that is stopped by model.stopTraining keeps the records so far', async () => {
  const { x, y } = data();
  const model = compiled();
  const monitor = watch(model, {
    quiet: true,
    onStep: ({ step }) => {
      model.stopTraining = step === 2;
    },
  });
  await model.fit(x, y, { epochs: 9, batchSize: 32, verbose: 0 });
  await monitor.stop();
  expect(monitor.records.map(({ step }) => step)).toEqual([0, 1, 2]);
});
