import * as tf from '@tensorflow/tfjs-core';
import { clipByGlobalNorm, type StepRecord, type WatchOptions, watch } from 'gradient-health';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backends } from '../clip/backends.js';
import { compiled, data, weightsOf } from '../watch/models.js';

// `composed` is cpu under a name that the library takes for a GPU: reads come later there.
beforeEach(() => tf.setBackend('cpu'));
afterEach(() => tf.setBackend('cpu'));

const pairs = backends.flatMap((from) =>
  backends.filter((to) => to !== from).map((to) => [from, to] as const),
);
const optionsOf: Readonly<Record<string, WatchOptions>> = {
  watched: { histograms: 1, activations: 1 },
  clipped: { clip: clipByGlobalNorm(0.1), activations: 1 },
  examined: { autopsy: true },
};

describe.each(pairs)('a backend switched from %s to %s in mid-run', (from, to) => {
  test.each(Object.entries(optionsOf))(
    '%s: training ends as it does unwatched, and every step is recorded',
    async (name, options) => {
      const run = async (watched: boolean) => {
        await tf.setBackend(from);
        const { x, y } = data();
        const model = compiled(tf.train.sgd(0.05));
        const monitor = watched ? watch(model, { quiet: true, ...options }) : undefined;
        for (let step = 0; step < 6; step++) {
          if (step === 3) await tf.setBackend(to);
          await model.trainOnBatch(x, y);
        }
        await monitor?.stop();
        return { monitor, weights: await weightsOf(model) };
      };
      const { monitor, weights } = await run(true);
      expect(monitor?.records.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(monitor?.findings.filter(({ rule }) => rule.endsWith('-failed'))).toEqual([]);
      expect(monitor?.run.backend?.name).toBe(to);
      const isComplete = ({ loss, globalNorm }: StepRecord): boolean =>
        loss !== null && Number.isFinite(loss) && Number.isFinite(globalNorm) && globalNorm > 0;
      expect(monitor?.records.every(isComplete)).toBe(true);
      if (name === 'watched') expect(weights).toEqual((await run(false)).weights);
    },
  );
});

test('a monitor that is stopped before its first reads are back tells the facts of its run', async () => {
  await tf.setBackend('composed');
  const { x, y } = data();
  const model = compiled();
  const monitor = watch(model, { quiet: true });
  await model.trainOnBatch(x, y);
  await monitor.stop();
  const { model: facts, backend, data: described, steps } = monitor.run;
  expect(steps.length).toBe(1);
  expect([facts?.layers.length, backend?.name, described?.batchSize]).toEqual([2, 'composed', 32]);
});
