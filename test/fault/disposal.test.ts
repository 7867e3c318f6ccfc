import * as tf from '@tensorflow/tfjs-core';
import { clipByGlobalNorm, type WatchOptions, watch } from 'gradient-health';
import { beforeEach, describe, expect, test } from 'vitest';
import { compiled, data } from '../watch/models.js';

beforeEach(() => tf.setBackend('cpu'));

const optionsOf: Readonly<Record<string, WatchOptions>> = {
  'only watched': { histograms: 1, activations: 1 },
  clipped: { clip: clipByGlobalNorm(1) },
  'watched with an autopsy': { autopsy: true },
};

describe.each(Object.entries(optionsOf))('a model that is %s and disposed while it trains', (_, options) => {
  test.each(['onStep', 'onBatchBegin', 'onBatchEnd'] as const)(
    'in %s: training ends with an error or at its end, the records so far stay and the monitor ends',
    async (place) => {
      const model = compiled();
      const { x, y } = data();
      let steps = 0;
      const disposeSecond = (): void => {
        if (steps++ === 1) model.dispose();
      };
      const monitor = watch(model, {
        ...options,
        quiet: true,
        ...(place === 'onStep' && { onStep: disposeSecond }),
      });
      const callbacks = place === 'onStep' ? {} : { [place]: async () => disposeSecond() };
      const outcome = await model
        .fit(x, y, { epochs: 4, batchSize: 32, verbose: 0, callbacks })
        .then(() => 'finished', String);
      expect(outcome).toMatch(/^finished$|disposed/);
      const kept = monitor.records.map(({ step }) => step);
      expect(kept.slice(0, 1)).toEqual([0]);
      expect(kept).toEqual(kept.map((_, index) => index));
      await monitor.stop();
      expect(monitor.records.length).toBe(kept.length);
      expect(monitor.report().run.steps.length).toBe(kept.length);
      expect(monitor.run.model?.layers.length).toBe(2);
    },
  );
});

test('variables that are disposed under a bare optimizer leave the records so far', async () => {
  const weight = tf.variable(tf.tensor1d([1, 2]), true, 'short_lived');
  const optimizer = tf.train.adam(0.1);
  const monitor = watch(optimizer, { quiet: true });
  const step = (): void => void optimizer.minimize(() => tf.sum(tf.square(weight)), false, [weight]);
  step();
  step();
  weight.dispose();
  // Of tfjs itself, which does not look.
  expect(step).toThrow();
  await monitor.stop();
  expect(monitor.records.map((record) => record.step)).toEqual([0, 1]);
});
