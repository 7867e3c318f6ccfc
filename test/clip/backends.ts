import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

/**
 * `cpu` and `wasm`, and `composed`: cpu under a name this library does not know, which takes the way of the GPUs, where every
 * clip is composed of operations of tfjs.
 */
export const backends = ['cpu', 'wasm', 'composed'] as const;

tf.registerBackend('composed', () => new MathBackendCPU());
tf.copyRegisteredKernels('cpu', 'composed');
