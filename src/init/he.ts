import type { Initializer } from './initializer.js';
import { type VarianceOptions, varianceScaling } from './variance-scaling.js';

/** Options of {@link heNormal} and {@link heUniform}. */
export interface HeOptions extends VarianceOptions {
  /**
   * Which signal keeps its variance: `fanIn` that of the activations, `fanOut` that of the gradients.
   *
   * @default 'fanIn'
   */
  readonly mode?: 'fanIn' | 'fanOut';
}

/**
 * Creates He's normal initialiser, for layers before a ReLU: variance gain^2 / fan, with a gain of sqrt(2) unless given.
 *
 * The normal distribution is cut at 2 of its standard deviations, as in Keras, and widened so that its variance is the
 * promised one. The `heNormal` of tfjs 4.22 leaves the widening out: its variance is 0.774 of the promised one, which
 * over 30 ReLU layers shrinks the signal's variance to 5e-4.
 *
 * A model is saved with tfjs's `VarianceScaling`, its scale corrected, and loads without this library; loading needs no
 * initialiser. Where tfjs draws anew from what was saved (`modelFromJSON`, the two halves of `bidirectional`), the
 * variance is the same, but numbers and seeds are tfjs's: one seed fills kernels of one shape alike. Where `kind` or
 * `gates` make fans that tfjs does not know, the saved scale is that of the kernel filled last: exact for a layer of its
 * own, and for `transposed` and `depthwise` with a multiplier of 1 also for an initialiser that several layers share.
 * Before any is filled, as where `bidirectional` copies its layer, it is that of a recurrent kernel with as many inputs as
 * units.
 *
 * @throws RangeError at creation for an option out of range; when a layer is built, for a shape that has no fans.
 * @remarks Cost: about 50 ns a weight, one tensor. Source: arXiv 1502.01852.
 * @example
 * ```ts
 * import { initializers, stats } from 'gradient-health';
 *
 * const kernel = initializers.heNormal({ seed: 0 }).apply([100, 1000]);
 * const { std } = stats.summarize(kernel.dataSync());
 * console.log((std ** 2 * 100).toFixed(1));
 * // 2.0
 * ```
 */
export function heNormal({ gain = Math.SQRT2, mode = 'fanIn', ...options }: HeOptions = {}): Initializer {
  return varianceScaling('heNormal', { ...options, gain, mode, distribution: 'normal' });
}

/**
 * Creates He's uniform initialiser, for layers before a ReLU: uniform in +-gain sqrt(3 / fan), variance gain^2 / fan,
 * with a gain of sqrt(2) unless given. Seeds, saving and errors are those of {@link heNormal}.
 *
 * @remarks Cost: about 20 ns a weight, one tensor. Source: arXiv 1502.01852.
 * @example
 * ```ts
 * import { initializers, stats } from 'gradient-health';
 *
 * const kernel = initializers.heUniform({ seed: 0 }).apply([6, 10000]);
 * console.log(stats.summarize(kernel.dataSync()).max.toFixed(3));
 * // 1.000
 * ```
 */
export function heUniform({ gain = Math.SQRT2, mode = 'fanIn', ...options }: HeOptions = {}): Initializer {
  return varianceScaling('heUniform', { ...options, gain, mode, distribution: 'uniform' });
}
