import { add, div, mean, reshape, sqrt, square, sub, util } from '@tensorflow/tfjs-core';
import { affine } from './affine.js';
import { assertEpsilon, featureAxis } from './axis.js';
import { defineLayer } from './define-layer.js';
/** As it stands in saved models, of Keras too. */
export const groupNormClass = defineLayer('GroupNormalization', (options) => {
    const { groups = 32, axis = -1, epsilon = 1e-3 } = options;
    const name = groups === -1 ? 'instanceNorm' : 'groupNorm';
    assertEpsilon(name, epsilon);
    if (!(Number.isInteger(groups) && (groups > 0 || groups === -1))) {
        throw new RangeError(`${name}: groups must be a positive integer, or -1 for one a channel, got ${groups}`);
    }
    const weights = affine(options);
    return {
        config: { groups, axis, epsilon, ...weights.config },
        build(shape, addWeight) {
            const at = featureAxis(name, axis, shape);
            const channels = shape[at] ?? 0;
            assertGroups(name, groups, channels, shape, at);
            weights.build([channels], addWeight);
        },
        call(x) {
            const at = featureAxis(name, axis, x.shape);
            const channels = x.shape[at] ?? 0;
            const count = groups === -1 ? channels : groups;
            const before = util.sizeFromShape(x.shape.slice(1, at));
            const after = util.sizeFromShape(x.shape.slice(at + 1));
            const grouped = reshape(x, [x.shape[0] ?? 0, before, count, channels / count, after]);
            const normal = normalize(grouped, [1, 3, 4], epsilon);
            return reshape(weights.apply(normal, [1, 1, count, channels / count, 1]), x.shape);
        },
    };
});
/**
 * Creates group normalisation: the channels of each sample are divided into groups, and each group is shifted and scaled,
 * over all its positions, to mean 0 and variance 1; then gamma and beta of each channel follow. It does the same in
 * training and after, whatever the size of the batch.
 *
 * y = gamma (x - mean) / sqrt(variance + epsilon) + beta, x being [batch, ..., channels]. A constant group becomes beta.
 * NaN and Inf spread over their group; squares of differences above 1.8e19 overflow, and the group becomes beta, as in
 * Keras and PyTorch. Defaults are those of Keras 3; PyTorch takes an epsilon of 1e-5.
 *
 * Saved as Keras saves it, so that a model converted from Keras loads too; call {@link register} before loading.
 *
 * @throws RangeError at creation for an option out of range; when the layer is built, for channels that the groups do not
 *   divide and for groups of a single element.
 * @remarks Cost: 7 passes over the input forward. Source: arXiv 1803.08494.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * const norm = layers.groupNorm({ groups: 2 });
 * console.log(String(norm.apply(tensor2d([[1, 3, 100, 300]]))));
 * // Tensor
 * //      [[-0.9995004, 0.9995004, -0.9999999, 0.9999999],]
 * ```
 */
export function groupNorm(options = {}) {
    return groupNormClass.create(options);
}
/**
 * Creates instance normalisation: each channel of each sample is shifted and scaled, over all its positions, to mean 0
 * and variance 1; then gamma and beta of the channel follow. It is {@link groupNorm} with every channel a group of its
 * own, and so it is saved.
 *
 * @throws RangeError at creation for an option out of range; when the layer is built, for inputs without a position axis,
 *   whose channels are single elements.
 * @remarks Cost: 7 passes over the input forward. Source: arXiv 1607.08022.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * const norm = layers.instanceNorm();
 * console.log(String(norm.apply(tensor3d([[[1, 100], [3, 300]]]))));
 * // Tensor
 * //     [[[-0.9995004, -0.9999999],
 * //       [0.9995004 , 0.9999999 ]]]
 * ```
 */
export function instanceNorm(options = {}) {
    return groupNormClass.create({ ...options, groups: -1 });
}
function normalize(x, axes, epsilon) {
    const centred = sub(x, mean(x, axes, true));
    const variance = mean(square(centred), axes, true);
    return div(centred, sqrt(add(variance, epsilon)));
}
function assertGroups(name, groups, channels, shape, at) {
    if (groups > 0 && channels % groups !== 0) {
        const divisors = Array.from({ length: channels }, (_, index) => index + 1).filter((divisor) => channels % divisor === 0);
        throw new RangeError(`${name}: groups must divide the ${channels} channels, got ${groups}; take one of ${divisors.join(', ')}`);
    }
    const positions = shape.filter((_, axis) => axis !== 0 && axis !== at);
    if ((groups === -1 || groups === channels) && positions.every((size) => size === 1)) {
        throw new RangeError(`${name}: expected groups of more than one element, whose variance is not 0, got shape [${shape.map(String).join(', ')}]; take layerNormalization, rmsNorm or fewer groups`);
    }
}
