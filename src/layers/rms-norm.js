import { add, div, mean, sqrt, square } from '@tensorflow/tfjs-core';
import { scaling } from './affine.js';
import { assertEpsilon, featureAxis } from './axis.js';
import { defineLayer } from './define-layer.js';
/** As it stands in saved models, of Keras too. */
export const rmsNormClass = defineLayer('RMSNormalization', (options) => {
    const { axis = -1, epsilon = 1e-6 } = options;
    assertEpsilon('rmsNorm', epsilon);
    const list = typeof axis === 'number' ? [axis] : [...axis];
    const axesOf = (shape) => {
        const axes = list.map((each) => featureAxis('rmsNorm', each, shape)).sort((a, b) => a - b);
        if (axes.length === 0 || new Set(axes).size < axes.length) {
            throw new RangeError(`rmsNorm: axis must name one axis or several different ones, got [${list.join(', ')}]`);
        }
        return axes;
    };
    // Keras's name of it, so that its files can be read.
    const weights = scaling(options, 'scale');
    return {
        config: { axis: typeof axis === 'number' ? axis : list, epsilon, ...weights.config },
        build(shape, addWeight) {
            weights.build(axesOf(shape).map((at) => shape[at] ?? 0), addWeight);
        },
        call(x) {
            const axes = axesOf(x.shape);
            // By a root and a quotient: the gradient of tfjs's rsqrt takes the power 1.5, which overflows far earlier.
            const rms = sqrt(add(mean(square(x), axes, true), epsilon));
            return weights.apply(div(x, rms), x.shape.map((size, at) => (axes.includes(at) ? size : 1)));
        },
    };
});
/**
 * Creates root mean square normalisation: each sample, at each position, is divided by the root mean square of its
 * features, then multiplied by gamma. It is layer normalisation without the shift, for less work.
 *
 * y = gamma x / sqrt(mean(x^2) + epsilon). Zeros stay 0. NaN and Inf spread over the features; squares of values above
 * 1.8e19 overflow, and all features become 0, as in Keras and PyTorch. Defaults are those of Keras 3.
 *
 * Saved as Keras saves it (gamma as `scale`); call {@link register} before loading.
 *
 * @throws RangeError at creation for an option out of range; when the layer is built, for an axis that the input does not
 *   have, has in an unknown size, or has for the batch.
 * @remarks Cost: 4 passes over the input forward. Source: arXiv 1910.07467.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * // The root mean square of 1 and 7 is 5.
 * console.log(String(layers.rmsNorm().apply(tensor2d([[1, 7], [100, 700]]))));
 * // Tensor
 * //     [[0.2, 1.4],
 * //      [0.2, 1.4]]
 * ```
 */
export function rmsNorm(options = {}) {
    return rmsNormClass.create(options);
}
