import { maximum, minimum, type Tensor, clipByValue as tensorClipByValue } from '@tensorflow/tfjs-core';
import { assertKnownOptions } from '../record/known-options.js';
import { assertPositive } from './assert-positive.js';
import { defineHostKernel } from './host-kernel.js';
import { mapTensors } from './map-tensors.js';
import { assertPolicy, type ClipOptions, decide } from './non-finite.js';
import type { ClipStrategy } from './strategy.js';

/** A range of values that contains 0. */
export interface ValueRange {
  /** At most 0; may be `-Infinity`. */
  readonly min: number;
  /** At least 0; may be `Infinity`. */
  readonly max: number;
}

/**
 * Limits each element of each gradient to a range.
 *
 * `min(max(g, -limit), limit)`. Elements within the range come back bit by bit, and zero gradients stay zero; the direction
 * of the step changes as soon as one element is clipped. NaN and infinite gradients: see `nonFinite`; with `propagate`
 * NaN stays NaN and an infinite element becomes the limit.
 *
 * Cost: on cpu and wasm two passes over the gradients; elsewhere about eight operations for each weight. Nothing is read
 * back. Source: heuristic; `clipvalue` in Keras, `clip_grad_value_` in PyTorch.
 *
 * @param limit - Largest absolute value, or a range around 0.
 * @throws RangeError unless the limit is positive and finite, or the range holds 0, is not empty and is finite on one side.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { clipByValue } from 'gradient-health';
 *
 * const context = { weights: {}, state: {}, step: 0, variables: {} };
 * const { gradients } = clipByValue(1).apply({ kernel: tensor1d([-3, 0.5, 4]) }, context);
 * console.log(gradients.kernel.dataSync().join(' '));
 * // -1 0.5 1
 * ```
 */
export function clipByValue(limit: number | ValueRange, options: ClipOptions = {}): ClipStrategy {
  assertKnownOptions('clipByValue', options, ['nonFinite']);
  const { nonFinite = 'skip' } = options;
  if (typeof limit === 'number') assertPositive('clipByValue: limit', limit);
  else if (typeof limit !== 'object' || limit === null) {
    throw new TypeError(
      `clipByValue: limit must be a positive number or a range { min, max }, got ${limit === null ? 'null' : typeof limit}`,
    );
  }
  const { min, max } = typeof limit === 'number' ? { min: -limit, max: limit } : limit;
  if (!(min <= 0 && max >= 0 && min < max && (Number.isFinite(min) || Number.isFinite(max)))) {
    throw new RangeError(
      `clipByValue: a range must hold 0, have min < max and be finite on one side, got min ${min}, max ${max}`,
    );
  }
  assertPolicy('clipByValue', nonFinite);
  const clamp = (gradient: Tensor): Tensor =>
    hostClamp([gradient], gradient.shape, { min, max }) ??
    (nonFinite === 'propagate'
      ? // tf.clipByValue on wasm makes the lower limit of NaN; here, where one operand is NaN, wasm returns the first.
        maximum(minimum(gradient, max), min)
      : tensorClipByValue(gradient, min, max));
  return {
    name: typeof limit === 'number' ? `clipByValue(${limit})` : `clipByValue({ min: ${min}, max: ${max} })`,
    apply(gradients) {
      const decided = decide(gradients, nonFinite);
      return { ...decided, gradients: mapTensors(decided.gradients, clamp) };
    },
  };
}

/** The cpu backend of tfjs takes five times as long. */
const hostClamp = defineHostKernel<{ min: number; max: number }>({
  name: 'GradientHealthClamp',
  backends: ['cpu'],
  isIdentity: ([values], { min, max }) => values?.some((value) => value < min || value > max) === false,
  compute(output, [values = output], { min, max }) {
    for (let i = 0; i < output.length; i++) {
      const value = values[i] ?? 0;
      output[i] = value < min ? min : value > max ? max : value;
    }
  },
});
