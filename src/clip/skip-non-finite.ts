import { add, cast, greater, logicalOr, mul, type Scalar, scalar, sub } from '@tensorflow/tfjs-core';
import { assertKnownOptions } from '../record/known-options.js';
import { mapTensors } from './map-tensors.js';
import { allFinite, withhold } from './non-finite.js';
import type { ClipStrategy } from './strategy.js';

/** Options of {@link skipNonFinite}. */
export interface SkipNonFiniteOptions {
  /**
   * Steps in a row to reject; the next bad one is taken as it is, and so are those that follow it until a finite one
   * starts the count again.
   *
   * @default Infinity
   */
  readonly maxConsecutive?: number;
}

/**
 * Rejects each step whose gradients hold a NaN or infinite element, and changes no other.
 *
 * A rejected step has `accept` 0 and zeros for gradients. With `maxConsecutive`, gradients that stay bad reach the weights
 * after so many rejected steps, so that a run that is lost fails visibly instead of standing still; the default never
 * lets them. Its state counts the bad steps in a row (`consecutive`) and the rejected ones since the start (`rejected`),
 * each a float32 scalar.
 *
 * Every clip of this library already rejects such steps by default; use this alone, or first in a {@link chain} whose
 * clips are set to `propagate` when `maxConsecutive` matters.
 *
 * Cost: on cpu and wasm one pass over the gradients; elsewhere about five operations for each weight. Nothing is read back.
 * Source: heuristic; `apply_if_finite` in optax.
 *
 * @throws RangeError unless `maxConsecutive` is a whole number from 1, or `Infinity`.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { skipNonFinite } from 'gradient-health';
 *
 * const strategy = skipNonFinite();
 * const weights = { kernel: tensor1d([1, 1]) };
 * const context = { weights, state: strategy.initialState?.(weights) ?? {}, step: 0, variables: {} };
 * const { gradients, accept } = strategy.apply({ kernel: tensor1d([1, NaN]) }, context);
 * console.log(gradients.kernel.dataSync().join(' '), '|', accept?.dataSync()[0]);
 * // 0 0 | 0
 * ```
 */
export function skipNonFinite(options: SkipNonFiniteOptions = {}): ClipStrategy {
  assertKnownOptions('skipNonFinite', options, ['maxConsecutive']);
  const { maxConsecutive = Infinity } = options;
  if (!(maxConsecutive === Infinity || (Number.isInteger(maxConsecutive) && maxConsecutive >= 1))) {
    throw new RangeError(
      `skipNonFinite: maxConsecutive must be a whole number from 1 or Infinity, got ${String(maxConsecutive)}`,
    );
  }
  return {
    name: maxConsecutive === Infinity ? 'skipNonFinite()' : `skipNonFinite(${maxConsecutive})`,
    initialState: () => ({ consecutive: scalar(0), rejected: scalar(0) }),
    apply(gradients, { state }) {
      if (Object.keys(gradients).length === 0) return { gradients };
      const finite = allFinite(Object.values(gradients));
      const bad = sub(1, finite);
      const consecutive = mul(add(state['consecutive'] ?? 0, 1), bad);
      const accept = (
        maxConsecutive === Infinity
          ? finite
          : cast(logicalOr(cast(finite, 'bool'), greater(consecutive, maxConsecutive)), 'float32')
      ) as Scalar;
      return {
        gradients: mapTensors(gradients, (gradient) => withhold(gradient, accept)),
        state: { consecutive, rejected: add(state['rejected'] ?? 0, sub(1, accept)) },
        accept,
      };
    },
  };
}
