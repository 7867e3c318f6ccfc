import { concat, fill, slice, split, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

/** Where a sigmoid is 1e-11 from 0 or 1: all but out of play, and far from numbers so small that processors are slow with them. */
const SHUT = -25;
const OPEN = 25;

/**
 * Makes a GRU of the library, with the reset after the product, compute h = tanh(x W + h' U + b): its update gate, shut
 * for good, keeps nothing of the state, and its reset gate stays open. So an Elman net runs as one kernel too, where
 * `tf.layers.simpleRNN` takes 48 kernels for each time step of training.
 */
export function makeSimple(gru: layers.Layer): void {
  const weights = tidy(() => {
    const [kernel, recurrent, bias] = gru.getWeights() as [Tensor, Tensor, Tensor];
    const gates = (weight: Tensor, update: number, reset: number): Tensor => {
      const candidate = split(weight, 3, 1)[2] as Tensor;
      return concat([fill(candidate.shape, update), fill(candidate.shape, reset), candidate], 1);
    };
    const width = bias.shape[1] ?? 0;
    const ofInput = gates(slice(bias, [0, 0], [1, width]), SHUT, OPEN);
    return [gates(kernel, 0, 0), gates(recurrent, 0, 0), concat([ofInput, fill([1, width], 0)], 0)];
  });
  gru.setWeights(weights);
  for (const weight of weights) weight.dispose();
}
