import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { watch } from 'gradient-health';
import { afterAll, expect, test } from 'vitest';

afterAll(() => tf.removeBackend('webgl'));

/** Large enough to be computed on the device. */
function deviceModel(): tfl.Sequential {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 48, inputShape: [24], activation: 'relu', name: 'first' }),
      tfl.layers.dense({ units: 1, name: 'last' }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  return model;
}

interface Device {
  readonly gpgpu: { readonly gl: WebGL2RenderingContext };
}

test('a lost WebGL context becomes a finding; the records so far stay, and the monitor ends', async () => {
  await tf.setBackend('webgl');
  const model = deviceModel();
  const written: number[] = [];
  const monitor = watch(model, { quiet: true, sinks: [{ write: ({ step }) => void written.push(step) }] });
  const [x, y] = [tf.randomNormal([32, 24]), tf.randomNormal([32, 1])];
  for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
  await monitor.flush();
  expect(written).toEqual([0, 1, 2]);

  const { gl } = (tf.backend() as unknown as Device).gpgpu;
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  expect(gl.isContextLost()).toBe(true);
  // tfjs itself may throw here, or wait for the device forever: neither may hold up what follows.
  const step = model.trainOnBatch(x, y).then(
    () => 'trained',
    (error) => `threw: ${error}`,
  );
  await Promise.race([step, new Promise((resolve) => setTimeout(resolve, 2000))]);
  await monitor.stop();
  expect(written.slice(0, 3)).toEqual([0, 1, 2]);
  expect(monitor.records.slice(0, 3).map(({ step }) => step)).toEqual([0, 1, 2]);
  expect(monitor.findings).toMatchObject([
    { rule: 'watch-failed', message: expect.stringMatching(/context/i) },
  ]);
});
