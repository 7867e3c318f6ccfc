import { env, setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { keepPromises } from './keep-promises.js';

// What docs/backends.md tells of Node; `npx vitest run test/contract -u` writes it, and `npm run docs:pages` the page.

test.each(['cpu', 'wasm'])(
  'on %s in Node every promise is kept, or not for the reason that the docs give',
  async (backend) => {
    await setBackend(backend);
    if (backend === 'wasm') expect(await env().getAsync('WASM_HAS_SIMD_SUPPORT')).toBe(true);
    const kept = await keepPromises(backend);
    await expect(`${JSON.stringify(kept, null, 2)}\n`).toMatchFileSnapshot(
      `../../docs/build/backends/node-${backend}.json`,
    );
  },
);
