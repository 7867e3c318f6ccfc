import { hostSequence } from './host-sequence.js';
import { tensorSequence } from './tensor-sequence.js';
/**
 * Runs a cell over a sequence, with the kernels where the backend's tensors are arrays that this thread can see, else by
 * operations of tfjs.
 *
 * @returns The output and the final states.
 */
export function runSequence(tensors, options) {
    return hostSequence(tensors, options) ?? tensorSequence(tensors, options);
}
