import * as tf from '@tensorflow/tfjs-core';
import { watch } from 'gradient-health';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import '../clip/backends.js';
import { compiled, data } from '../watch/models.js';

// As in test/browser/context-lost.test.ts, where a real context is lost.

beforeEach(async () => {
  await tf.setBackend('composed');
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  Reflect.deleteProperty(tf.backend(), 'gpgpu');
  await tf.setBackend('cpu');
});

test('a read that a lost WebGL context never answers becomes a finding; what was read before stays', async () => {
  const model = compiled();
  const { x, y } = data();
  const monitor = watch(model, { quiet: true });
  for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
  await monitor.flush();

  let isLost = false;
  Object.assign(tf.backend(), { gpgpu: { gl: { isContextLost: () => isLost } } });
  const { read } = tf.backend();
  const size = (id: object): number => (tf.backend().readSync(id) as Float32Array).length;
  vi.spyOn(tf.backend(), 'read').mockImplementation((id) =>
    // The loss is one number, for which training itself waits.
    isLost && size(id) > 1 ? new Promise<never>(() => {}) : read.call(tf.backend(), id),
  );
  isLost = true;
  await model.trainOnBatch(x, y);
  vi.useFakeTimers();
  const stopped = monitor.stop();
  await vi.advanceTimersByTimeAsync(2000);
  await stopped;
  expect(monitor.records.map(({ step }) => step)).toEqual([0, 1, 2]);
  expect(monitor.findings).toMatchObject([
    { rule: 'watch-failed', firstStep: 3, message: expect.stringContaining('the WebGL context was lost') },
  ]);
});
