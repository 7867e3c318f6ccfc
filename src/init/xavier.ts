import type { Initializer } from './initializer.js';
import { type VarianceOptions, varianceScaling } from './variance-scaling.js';

/**
 * Creates Xavier's (Glorot's) normal initialiser, for layers before a tanh or another activation that is linear around
 * 0: variance 2 gain^2 / (fanIn + fanOut), with a gain of 1 unless given.
 *
 * Cut and widened, seeded and saved as {@link heNormal} is. The `glorotNormal` of tfjs 4.22, default of its dense,
 * convolutional and recurrent kernels, has 0.774 of this variance, and counts all gates of an LSTM as one layer: name
 * `kind: 'recurrent'` and `gates` to give each gate the variance of a layer of its own.
 *
 * @throws RangeError at creation for an option out of range; when a layer is built, for a shape that has no fans.
 * @remarks Cost: about 50 ns a weight, one tensor. Source: Glorot and Bengio 2010 (AISTATS).
 * @example
 * ```ts
 * import { initializers, stats } from 'gradient-health';
 *
 * const lstm = initializers.xavierNormal({ seed: 0, kind: 'recurrent', gates: 4 });
 * const kernel = lstm.apply([100, 4 * 300]);
 * const { std } = stats.summarize(kernel.dataSync());
 * console.log((std ** 2 * (100 + 300)).toFixed(1));
 * // 2.0
 * ```
 */
export function xavierNormal({ gain = 1, ...options }: VarianceOptions = {}): Initializer {
  return varianceScaling('xavierNormal', { ...options, gain, mode: 'fanAvg', distribution: 'normal' });
}

/**
 * Creates Xavier's (Glorot's) uniform initialiser: uniform in +-gain sqrt(6 / (fanIn + fanOut)), variance
 * 2 gain^2 / (fanIn + fanOut), with a gain of 1 unless given; the default of Keras. Seeds, saving and errors are those
 * of {@link heNormal}.
 *
 * @remarks Cost: about 20 ns a weight, one tensor. Source: Glorot and Bengio 2010 (AISTATS).
 * @example
 * ```ts
 * import { initializers, stats } from 'gradient-health';
 *
 * const kernel = initializers.xavierUniform({ seed: 0 }).apply([200, 400]);
 * console.log(stats.summarize(kernel.dataSync()).max.toFixed(3));
 * // 0.100
 * ```
 */
export function xavierUniform({ gain = 1, ...options }: VarianceOptions = {}): Initializer {
  return varianceScaling('xavierUniform', { ...options, gain, mode: 'fanAvg', distribution: 'uniform' });
}
