import '@tensorflow/tfjs-backend-cpu';
import { getThreadsCount, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { keepPromises } from '../contract/keep-promises.js';
import './wasm-paths.js';

test('on wasm with threads in Chromium every promise is kept, or not for the reason that the docs give', async () => {
  expect(globalThis.crossOriginIsolated).toBe(true);
  // The backend takes no more threads than half of the cores: a machine of two would be left with one.
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: 4, configurable: true });
  setThreadsCount(2);
  expect(await setBackend('wasm')).toBe(true);
  expect(getThreadsCount()).toBe(2);
  const kept = await keepPromises('wasm');
  await expect(`${JSON.stringify(kept, null, 2)}\n`).toMatchFileSnapshot(
    '../../docs/build/backends/chromium-wasm-threads.json',
  );
});
