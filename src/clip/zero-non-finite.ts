import { mapTensors } from './map-tensors.js';
import { finiteOrZero } from './non-finite.js';
import type { ClipStrategy } from './strategy.js';

/**
 * Puts 0 in the place of each NaN and infinite element, and changes no other.
 *
 * It never rejects a step. What is left of a sick step is rarely a good direction: prefer {@link skipNonFinite} unless bad
 * elements are few and expected.
 *
 * Cost: on cpu and wasm one pass over the gradients, a second over those that hold bad elements; elsewhere three
 * operations for each weight. Nothing is read back. Source: heuristic; `zero_nans` in optax, which keeps infinities.
 *
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { zeroNonFinite } from 'gradient-health';
 *
 * const context = { weights: {}, state: {}, step: 0, variables: {} };
 * const { gradients } = zeroNonFinite().apply({ kernel: tensor1d([1, NaN, -Infinity]) }, context);
 * console.log(gradients.kernel.dataSync().join(' '));
 * // 1 0 0
 * ```
 */
export function zeroNonFinite(): ClipStrategy {
  return {
    name: 'zeroNonFinite()',
    apply: (gradients) => ({ gradients: mapTensors(gradients, finiteOrZero) }),
  };
}
