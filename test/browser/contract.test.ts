/// <reference types="vite/client" />
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { keepPromises } from '../contract/keep-promises.js';

// What docs/backends.md tells of Chromium; `npm run test:browser -- contract -u` writes it, and `npm run docs:pages` the page.

setWasmPaths({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
});

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
