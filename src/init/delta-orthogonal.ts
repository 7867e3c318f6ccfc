import { util } from '@tensorflow/tfjs-core';
import { assertPositive } from './assert-positive.js';
import { centralTap } from './central-tap.js';
import { fillWith, type Initializer } from './initializer.js';
import type { OrthogonalOptions } from './orthogonal.js';
import { orthonormal } from './orthonormal.js';
import { type OwnClass, ownInitializer } from './own-class.js';
import { randomStreams } from './random.js';

/** As it stands in saved models. */
export const deltaOrthogonalClass: OwnClass = {
  className: 'GradientHealthDeltaOrthogonal',
  create: (config: OrthogonalOptions) => deltaOrthogonal(config),
};

/**
 * Creates a delta-orthogonal initialiser for convolutions: all taps are 0 but the central one, an [in, out] matrix with
 * orthonormal rows, times the gain. The layer then keeps the norm of every pixel, which lets plain convolutional chains
 * of thousands of layers train; a {@link orthogonal} convolutional kernel does not.
 *
 * The central tap of k is (k - 1) / 2 rounded down, the one that padding 'same' of tfjs puts over the pixel. tfjs has no
 * such class: call {@link register} before loading a saved model.
 *
 * @throws RangeError at creation for an option out of range; when a layer is built, unless the kernel is
 *   [...k, in, out] with in <= out.
 * @remarks Source: arXiv 1806.05393.
 * @example
 * ```ts
 * import { conv2d, ones, type Rank, reshape } from '@tensorflow/tfjs-core';
 * import { initializers, stats } from 'gradient-health';
 *
 * const kernel = initializers.deltaOrthogonal({ seed: 0 }).apply([3, 3, 4, 8]);
 * const picture = ones<Rank.R4>([1, 5, 5, 4]);
 * const y = conv2d(picture, reshape<Rank.R4>(kernel, [3, 3, 4, 8]), 1, 'same');
 * // 25 pixels of 4 ones: the norm is 10, before and after.
 * console.log(stats.summarize(y.dataSync()).norm.toFixed(4));
 * // 10.0000
 * ```
 */
export function deltaOrthogonal({ seed, gain = 1 }: OrthogonalOptions = {}): Initializer {
  assertPositive('deltaOrthogonal', 'gain', gain);
  const nextStream = randomStreams('deltaOrthogonal', seed);
  return fillWith('deltaOrthogonal', ownInitializer(deltaOrthogonalClass, { seed, gain }), (shape) => {
    const [inputs = 0, outputs = 0] = shape.slice(-2);
    if (shape.length < 3 || inputs > outputs) {
      throw new RangeError(
        `deltaOrthogonal: expected a kernel [...k, in, out] with in <= out, got shape [${shape.join(', ')}]`,
      );
    }
    const kernel = new Float32Array(util.sizeFromShape(shape));
    if (kernel.length > 0) {
      kernel.set(
        orthonormal(inputs, outputs, gain, nextStream()),
        centralTap(shape.slice(0, -2)) * inputs * outputs,
      );
    }
    return kernel;
  });
}
