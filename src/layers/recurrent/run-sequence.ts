import { engine, getBackend, type Tensor } from '@tensorflow/tfjs-core';
import { hostSequence } from './host-sequence.js';
import type { SequenceShape } from './sequence-plan.js';
import type { SequenceOptions, SequenceTensors } from './sequence-tensors.js';
import { tensorSequence } from './tensor-sequence.js';

/**
 * Runs a cell over a sequence, with the kernels where the backend's tensors are arrays that this thread can see, else by
 * operations of tfjs.
 *
 * @returns The output and the final states.
 */
export function runSequence(tensors: SequenceTensors, options: SequenceOptions): Tensor[] {
  const byKernels = isWorthCopying(options.shape) ? hostSequence(tensors, options) : undefined;
  return byKernels ?? tensorSequence(tensors, options);
}

/** Weights for each row of the input from which on it takes longer to hand them to the kernels than these spare: measured. */
const MOST_WEIGHTS_PER_ROW = 80_000;

/**
 * The wasm backend keeps weights ready for its own product from call to call; the kernels get them anew. That counts for an
 * LSTM of many units that takes a few steps without a gradient.
 */
function isWorthCopying({ cell, time, batch, inputs, units }: SequenceShape): boolean {
  if (cell === 'gru' || getBackend() !== 'wasm' || engine().isTapeOn()) return true;
  return 4 * units * (inputs + units) <= MOST_WEIGHTS_PER_ROW * time * batch;
}
