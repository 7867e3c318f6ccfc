import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { env, setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { keepPromises } from '../contract/keep-promises.js';
import './wasm-paths.js';

// What docs/backends.md tells of Chromium; `npm run test:browser -- contract -u` writes it, and `npm run docs:pages` the page.

// Threads have a test of their own: a page loads the wasm backend once.
env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);

test.each(['cpu', 'wasm', 'webgl', 'webgpu'])(
  'on %s in Chromium every promise is kept, or not for the reason that the docs give',
  async (backend) => {
    expect(await setBackend(backend)).toBe(true);
    const kept = await keepPromises(backend);
    await expect(`${JSON.stringify(kept, null, 2)}\n`).toMatchFileSnapshot(
      `../../docs/build/backends/chromium-${backend}.json`,
    );
  },
);
