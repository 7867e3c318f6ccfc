import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { copyRegisteredKernels, registerBackend, setBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { keepPromises } from './keep-promises.js';

/**
 * What tfjs-node shows of itself, over the kernels of cpu: its name, values that are somewhere else and that each reading
 * copies, and a memory of which it cannot tell all. Its own kernels are not in it.
 */
function asTfjsNode(): MathBackendCPU {
  const backend = new MathBackendCPU();
  const { readSync } = backend;
  backend.readSync = (dataId) => readSync.call(backend, dataId).slice() as ReturnType<typeof readSync>;
  backend.read = async (dataId) => backend.readSync(dataId);
  backend.memory = () => ({ unreliable: true, reasons: ['it is kept outside of JavaScript'] });
  return backend;
}

test('on a double of tfjs-node every promise is kept, or not for the reason that the docs give', async () => {
  registerBackend('tensorflow', asTfjsNode);
  copyRegisteredKernels('cpu', 'tensorflow');
  expect(await setBackend('tensorflow')).toBe(true);
  const kept = await keepPromises('tensorflow');
  await expect(`${JSON.stringify(kept, null, 2)}\n`).toMatchFileSnapshot(
    '../../docs/build/backends/node-tensorflow-double.json',
  );
});
