import { setBackend } from '@tensorflow/tfjs-core';
import type { Program } from './program.js';

export type BackendName = 'cpu' | 'wasm';

/**
 * Layers that the wasm backend of tfjs 4.22 cannot train: it lacks Conv2DBackpropFilter, DepthwiseConv2dNativeBackprop*
 * and UnsortedSegmentSum, and its gradient of conv3d is wrong.
 */
const untrainableOnWasm = /"class_?[Nn]ame":"(?:\w*Conv\w*|Embedding)"/;

/** The faster backend that can train a program. */
export function backendFor({ layers, model }: Program): BackendName {
  return untrainableOnWasm.test(JSON.stringify(layers ?? model)) ? 'cpu' : 'wasm';
}

/** @throws Error when the backend does not start. */
export async function useBackend(name: BackendName): Promise<void> {
  if (!(await setBackend(name))) throw new Error(`the ${name} backend of tfjs does not start`);
}
