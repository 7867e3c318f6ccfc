import { add, step, sub } from '@tensorflow/tfjs-core';
import { defineActivation } from './define-activation.js';
import { limit } from './pieces.js';
/** As it stands in saved models. */
export const softshrinkClass = defineActivation('GradientHealthSoftshrink', ({ lambda = 0.5 }) => {
    if (!(lambda >= 0 && lambda < Infinity)) {
        throw new RangeError(`softshrink: lambda must be 0 or a positive finite number, got ${lambda}`);
    }
    return {
        config: { lambda },
        value: (x) => sub(x, limit(x, -lambda, lambda)),
        slope: (x) => add(step(sub(x, lambda)), step(sub(-lambda, x))),
    };
});
/**
 * Creates a soft shrinkage, for sparse codes: x pulled towards 0 by lambda, and 0 where it would cross, element by element.
 *
 * Derivative: 0 for |x| <= lambda, at both kinks too, as in PyTorch, else 1: between them units get no gradient. NaN stays
 * NaN. tfjs has no such class: call {@link register} before loading a saved model.
 *
 * @throws RangeError unless lambda is 0 or positive, and finite.
 * @remarks Cost: 3 passes forward, 6 backward. Source: Donoho, De-noising by soft-thresholding (1995).
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * console.log(String(layers.softshrink({ lambda: 1 }).apply(tensor1d([-3, -1, 0.5, 10000]))));
 * // Tensor
 * //     [-2, 0, 0, 9999]
 * ```
 */
export function softshrink(options = {}) {
    return softshrinkClass.create(options);
}
