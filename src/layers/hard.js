import { add, div, maximum, mul } from '@tensorflow/tfjs-core';
import { defineActivation } from './define-activation.js';
import { atLeast, between, limit } from './pieces.js';
/** As it stands in saved models. */
export const hardTanhClass = defineActivation('GradientHealthHardTanh', () => ({
    config: {},
    value: (x) => limit(x, -1, 1),
    slope: (x) => between(x, -1, 1),
}));
/** As it stands in saved models. */
export const hardSigmoidClass = defineActivation('GradientHealthHardSigmoid', () => ({
    config: {},
    value: hardSigmoidOf,
    slope: (x) => div(between(x, -3, 3), 6),
}));
/** As it stands in saved models. */
export const hardSwishClass = defineActivation('GradientHealthHardSwish', () => ({
    config: {},
    // Both are cut where the other factor is constant, since 0 times Infinity is NaN.
    value: (x) => mul(maximum(x, -3), hardSigmoidOf(x)),
    slope: (x) => add(mul(between(x, -3, 3), add(div(limit(x, -3, 3), 3), 0.5)), atLeast(x, 3)),
}));
/** (x + 3) / 6, cut at 0 and 1. */
const hardSigmoidOf = (x) => div(add(limit(x, -3, 3), 3), 6);
/**
 * Creates a hard tanh: x cut at -1 and 1, element by element.
 *
 * Derivative: 1 for -1 < x < 1, else 0, at both kinks too, as in PyTorch: units beyond get no gradient. NaN stays NaN.
 * tfjs has no such class: call {@link register} before loading a saved model.
 *
 * @remarks Cost: 2 passes forward, 6 backward, no exponential.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * console.log(String(layers.hardTanh().apply(tensor1d([-10000, 0.25, 10000]))));
 * // Tensor
 * //     [-1, 0.25, 1]
 * ```
 */
export function hardTanh(options = {}) {
    return hardTanhClass.create(options);
}
/**
 * Creates a hard sigmoid with the slope of Keras 3, PyTorch and JAX: x / 6 + 0.5 cut at 0 and 1, element by element. The
 * `hardSigmoid` of tfjs is that of Keras 2: slope 0.2, cut at +-2.5 instead of +-3.
 *
 * Derivative: 1/6 for -3 < x < 3, else 0, at both kinks too, as in PyTorch. NaN stays NaN. tfjs has no such class: call
 * {@link register} before loading a saved model.
 *
 * @remarks Cost: 4 passes forward, 7 backward, no exponential.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * console.log(String(layers.hardSigmoid().apply(tensor1d([-3, 0, 1.5, 10000]))));
 * // Tensor
 * //     [0, 0.5, 0.75, 1]
 * ```
 */
export function hardSigmoid(options = {}) {
    return hardSigmoidClass.create(options);
}
/**
 * Creates a hard swish, SiLU without an exponential: x min(max(x + 3, 0), 6) / 6, element by element.
 *
 * Derivative: 0 for x <= -3, 1 for x >= 3, x / 3 + 0.5 between: at each kink that of the outer side, as in PyTorch. NaN
 * stays NaN; minus infinity gives 0 where PyTorch gives NaN. tfjs has no such class: call {@link register} before loading a
 * saved model.
 *
 * @remarks Cost: 6 passes forward, 15 backward, no exponential. Source: arXiv 1905.02244.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * console.log(String(layers.hardSwish().apply(tensor1d([-10000, 0, 1.5, 10000]))));
 * // Tensor
 * //     [0, 0, 1.125, 10000]
 * ```
 */
export function hardSwish(options = {}) {
    return hardSwishClass.create(options);
}
