import { add, exp, expm1, minimum, mul, relu, step, sub } from '@tensorflow/tfjs-core';
import { defineActivation } from './define-activation.js';
/** As it stands in saved models, for any alpha but tfjs's own. */
export const eluClass = defineActivation('GradientHealthElu', ({ alpha = 1 }) => ({ config: { alpha }, ...exponentialTail('elu', alpha, 1) }));
/** As it stands in saved models, for any alpha but 1, where it is an ELU. */
export const celuClass = defineActivation('GradientHealthCelu', ({ alpha = 1 }) => ({ config: { alpha }, ...exponentialTail('celu', alpha, alpha) }));
/**
 * Creates an ELU: x for x > 0, else alpha (exp(x) - 1), element by element. Its outputs lie nearer to mean 0 than those of
 * a ReLU, and no unit dies outright. tfjs's own layer throws for any alpha but 1, its slope is exactly 0 below -17, and on
 * webgl and webgpu it turns NaN into Infinity.
 *
 * Derivative: 1 for x > 0, else alpha exp(x): alpha at the kink 0, as in PyTorch. NaN stays NaN, large inputs do not
 * overflow. Saved as tfjs's `ELU` where alpha is 1; for others call {@link register} before loading a saved model.
 *
 * @throws RangeError unless alpha is positive and finite.
 * @remarks Cost: 4 to 6 passes forward, 7 to 8 backward, one exponential each. Source: arXiv 1511.07289.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * console.log(String(layers.elu({ alpha: 2 }).apply(tensor1d([-10000, 0, 10000]))));
 * // Tensor
 * //     [-2, 0, 10000]
 * ```
 */
export function elu(options = {}) {
    return savedAsElu(options, eluClass.create(options));
}
/**
 * Creates a CELU: x for x > 0, else alpha (exp(x / alpha) - 1), element by element: an ELU whose slope has no jump
 * whatever alpha.
 *
 * Derivative: 1 for x > 0, else exp(x / alpha): 1 at 0 from both sides. NaN stays NaN, large inputs do not overflow. With
 * alpha 1 it is an ELU and saved as tfjs's; for others call {@link register} before loading a saved model.
 *
 * @throws RangeError unless alpha is positive and finite.
 * @remarks Cost: as {@link elu}. Source: arXiv 1704.07483.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * console.log(String(layers.celu({ alpha: 2 }).apply(tensor1d([-10000, 0, 10000]))));
 * // Tensor
 * //     [-2, 0, 10000]
 * ```
 */
export function celu(options = {}) {
    return savedAsElu(options, celuClass.create(options));
}
/** With alpha 1 both are tfjs's ELU, and saved as such; its own kernel turns NaN into Infinity on GPUs. */
function savedAsElu({ alpha = 1 }, layer) {
    if (alpha === 1)
        layer.getClassName = () => 'ELU';
    return layer;
}
/** x above 0, else limit (exp(x / width) - 1). */
function exponentialTail(name, limit, width) {
    if (!(limit > 0 && limit < Infinity)) {
        throw new RangeError(`${name}: alpha must be a positive finite number, got ${limit}`);
    }
    const times = (x, factor) => (factor === 1 ? x : mul(x, factor));
    // Cut at 0, or the exponential of a large x would overflow, and Infinity times 0 is NaN.
    const below = (x) => times(minimum(x, 0), 1 / width);
    return {
        value: (x) => add(relu(x), times(expm1(below(x)), limit)),
        slope: (x) => {
            const above = step(x);
            return add(above, mul(sub(1, above), times(exp(below(x)), limit / width)));
        },
    };
}
