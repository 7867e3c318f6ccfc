import * as tf from '@tensorflow/tfjs-core';
import { type BackendFacts, probeBackend } from 'gradient-health';
import { expect, test } from 'vitest';

/** The facts of the current backend, found without leaving anything behind. */
export function testProbe(expected: BackendFacts): void {
  test('probeBackend finds what the device keeps and which gradients it cannot compute', async () => {
    expect(await probeBackend()).toEqual(expected);
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    await probeBackend();
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers, numBytes });
  });
}
