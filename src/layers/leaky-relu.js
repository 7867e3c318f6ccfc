import { layers } from '@tensorflow/tfjs-layers';
/**
 * Creates a leaky ReLU: x for x > 0, else slope x, element by element. Below 0 it passes a gradient where a ReLU passes
 * none, so that no unit dies.
 *
 * Derivative: 1 for x > 0, else `slope`, at the kink 0 too, as in PyTorch. NaN stays NaN. The default slope is that of
 * tfjs's and Keras's layer; PyTorch and JAX take 0.01. Saved as tfjs's `LeakyReLU`, which it is.
 *
 * @throws RangeError unless slope is finite.
 * @remarks Source: Maas, Hannun, Ng, Rectifier nonlinearities improve neural network acoustic models (2013).
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * console.log(String(layers.leakyRelu({ slope: 0.5 }).apply(tensor1d([-2, 0, 3]))));
 * // Tensor
 * //     [-1, 0, 3]
 * ```
 */
export function leakyRelu({ slope = 0.3, ...options } = {}) {
    if (!Number.isFinite(slope)) {
        throw new RangeError(`leakyRelu: slope must be a finite number, got ${slope}`);
    }
    return layers.leakyReLU({ ...options, alpha: slope });
}
