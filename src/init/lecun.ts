import type { Initializer } from './initializer.js';
import { type VarianceOptions, varianceScaling } from './variance-scaling.js';

/**
 * Creates LeCun's normal initialiser, for layers before a SELU or without activation: variance gain^2 / fanIn, with a
 * gain of 1 unless given. Cut and widened, seeded and saved as {@link heNormal} is; the `leCunNormal` of tfjs 4.22 has
 * 0.774 of this variance.
 *
 * @throws RangeError at creation for an option out of range; when a layer is built, for a shape that has no fans.
 * @remarks Cost: about 50 ns a weight, one tensor. Source: LeCun et al. 1998 (Efficient BackProp); for SELU arXiv
 *   1706.02515.
 * @example
 * ```ts
 * import { initializers, stats } from 'gradient-health';
 *
 * const kernel = initializers.lecunNormal({ seed: 0 }).apply([3, 3, 32, 256]);
 * const { std } = stats.summarize(kernel.dataSync());
 * console.log((std ** 2 * 3 * 3 * 32).toFixed(1));
 * // 1.0
 * ```
 */
export function lecunNormal({ gain = 1, ...options }: VarianceOptions = {}): Initializer {
  return varianceScaling('lecunNormal', { ...options, gain, mode: 'fanIn', distribution: 'normal' });
}

/**
 * Creates LeCun's uniform initialiser: uniform in +-gain sqrt(3 / fanIn), variance gain^2 / fanIn, with a gain of 1
 * unless given. Seeds, saving and errors are those of {@link heNormal}.
 *
 * @remarks Cost: about 20 ns a weight, one tensor. Source: LeCun et al. 1998 (Efficient BackProp).
 * @example
 * ```ts
 * import { initializers, stats } from 'gradient-health';
 *
 * const kernel = initializers.lecunUniform({ seed: 0 }).apply([300, 300]);
 * console.log(stats.summarize(kernel.dataSync()).max.toFixed(3));
 * // 0.100
 * ```
 */
export function lecunUniform({ gain = 1, ...options }: VarianceOptions = {}): Initializer {
  return varianceScaling('lecunUniform', { ...options, gain, mode: 'fanIn', distribution: 'uniform' });
}
