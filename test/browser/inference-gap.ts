import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { watch } from 'gradient-health';
import { expect, test } from 'vitest';

/** How far a normalised layer of 3072 outputs is from what it will predict, at each of three steps. */
async function gaps(backend: string) {
  await tf.setBackend(backend);
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 1 });
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 48, inputShape: [24], kernelInitializer }),
      tfl.layers.batchNormalization({ name: 'norm', momentum: 0.5 }),
      tfl.layers.dense({ units: 1, kernelInitializer: tfl.initializers.glorotUniform({ seed: 2 }) }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  const x = tf.randomNormal([64, 24], 2, 3, 'float32', 5);
  const y = tf.randomNormal([64, 1], 0, 1, 'float32', 6);
  const monitor = watch(model, { quiet: true, activations: 1 });
  await model.trainOnBatch(x, y);
  await monitor.flush();
  const { numTensors } = tf.memory();
  for (let step = 0; step < 2; step++) await model.trainOnBatch(x, y);
  await monitor.flush();
  expect(tf.memory().numTensors).toBe(numTensors);
  await monitor.stop();
  return monitor.records.map(({ layers }) => layers?.['norm']?.inferenceGap ?? Number.NaN);
}

/** What batch normalisation will return in `predict`, measured inside a step on a device. */
export function testInferenceGap(backend: string): void {
  test('the gap between training and predict is that of cpu', async () => {
    const expected = await gaps('cpu');
    const found = await gaps(backend);
    expect(found).toHaveLength(3);
    for (const [step, gap] of expected.entries()) {
      expect(gap).toBeGreaterThan(0.1);
      expect(Math.abs((found[step] ?? Number.NaN) - gap)).toBeLessThanOrEqual(1e-3 * gap);
    }
  });
}
