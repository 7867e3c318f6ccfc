import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Report } from '../record/finding.js';
import { disposeFork, fork } from '../treat/fork.js';
import { planOf } from '../treat/plan.js';
import { samplesOf, take } from '../treat/samples.js';
import { watch } from '../watch/watch.js';

/** Trains a copy of the model, on the samples in their order, and reports on it; the model itself stays as it is. */
export async function trainCopy(
  model: LayersModel,
  x: Tensor | readonly Tensor[],
  y: Tensor | readonly Tensor[],
  { batchSize, steps }: { readonly batchSize: number; readonly steps: number },
): Promise<Report> {
  const samples = samplesOf(x, y, 'toHaveHealthyGradients');
  const size = Math.min(batchSize, samples.count);
  const copy = fork(planOf(model, undefined), model);
  const monitor = watch(copy, { quiet: true, history: Math.max(1000, steps) });
  try {
    for (let step = 0; step < steps; step++) {
      const rows = Array.from({ length: size }, (_, i) => (step * size + i) % samples.count);
      const batch = take(samples, rows);
      try {
        await copy.trainOnBatch([...batch.x], [...batch.y]);
      } finally {
        dispose([...batch.x, ...batch.y]);
      }
    }
    await monitor.flush();
    return monitor.report();
  } finally {
    await monitor.stop();
    disposeFork(copy);
  }
}
