import { layers } from '@tensorflow/tfjs-layers';
/**
 * Creates a SiLU, also called swish: x sigmoid(x), element by element. It is smooth everywhere, its slope lies within
 * [-0.0998, 1.0998], and nothing is dead but far below 0.
 *
 * Derivative: s (1 + x (1 - s)) with s = sigmoid(x); there is no kink. NaN stays NaN, and both infinities have a NaN
 * slope, as in PyTorch. Saved as tfjs's `Activation` with `swish`, which it is.
 *
 * @remarks Source: arXiv 1702.03118, 1710.05941.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * console.log(String(layers.silu().apply(tensor1d([-10000, 0, 10000]))));
 * // Tensor
 * //     [0, 0, 10000]
 * ```
 */
export function silu(options = {}) {
    return layers.activation({ ...options, activation: 'swish' });
}
