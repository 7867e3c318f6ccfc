import { env, setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { keepPromises } from './keep-promises.js';

test('on wasm without SIMD every promise is kept, or not for the reason that the docs give', async () => {
  // Before the backend is first asked for, which then loads its plain binary.
  env().set('WASM_HAS_SIMD_SUPPORT', false);
  await setBackend('wasm');
  const kept = await keepPromises('wasm');
  await expect(`${JSON.stringify(kept, null, 2)}\n`).toMatchFileSnapshot(
    '../../docs/build/backends/node-wasm-plain.json',
  );
});
