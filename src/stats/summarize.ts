import { measure } from '../kernels/measure.js';
import type { Histogram, TensorStats } from '../record/run.js';
import { statsFromSums } from './stats-from-sums.js';

/** Elements of a tensor, as `tensor.data()` returns them, or plain numbers. */
export type Elements = Float32Array | Int32Array | Uint8Array | readonly number[];

/** Options of {@link summarize}. */
export interface SummarizeOptions {
  /**
   * Whether to collect a histogram in the same pass.
   *
   * @default false
   */
  readonly histogram?: boolean;
}

/**
 * Summarises the elements of a tensor in one pass.
 *
 * Sums are kept in float64, so elements of 1e20 do not overflow and elements of 1e-30 do not vanish. `norm`, `mean`,
 * `std`, `absMean`, `min` and `max` describe the finite elements; NaN and infinite ones are counted beside them.
 * Without a finite element all of these are 0, but `min` is `Infinity` and `max` is `-Infinity`.
 *
 * @param values - The elements. All but a `Float32Array` are first rounded to float32, as a tensor would hold them:
 *   integers above 2^24 lose digits, and numbers above 3.4e38 become infinite.
 * @throws TypeError when `values` is no array, for example a tensor.
 * @example
 * ```ts
 * import { stats } from 'gradient-health';
 *
 * const { norm, mean, zeros, nans } = stats.summarize([3, 4, 0, Number.NaN]);
 * console.log(norm, zeros, nans);
 * // 5 1 1
 * ```
 */
export function summarize(values: Elements, { histogram = false }: SummarizeOptions = {}): TensorStats {
  return statsFromSums(measure(toFloat32('summarize', values), histogram));
}

/**
 * Counts the elements of a tensor in bins with fixed, exact edges.
 *
 * An element's bin is the top 10 bits of its float32 (sign, exponent and one bit of the mantissa): two bins for each
 * power of two, the same for every tensor, so that histograms of different steps, workers and machines can be added.
 * Zeros, NaN and infinities are not in the bins; {@link summarize} counts them beside its histogram.
 *
 * @param values - The elements, treated as {@link summarize} does.
 * @throws TypeError when `values` is no array, for example a tensor.
 * @example
 * ```ts
 * import { stats } from 'gradient-health';
 *
 * console.log(stats.histogram([1, 1.25, 1.75, 0]).bins);
 * // [ [ 254, 2 ], [ 255, 1 ] ]
 * ```
 */
export function histogram(values: Elements): Histogram {
  const { bins = [] } = measure(toFloat32('histogram', values), true);
  return { bins };
}

function toFloat32(name: string, values: Elements): Float32Array {
  if (values instanceof Float32Array) return values;
  if (!Array.isArray(values) && !ArrayBuffer.isView(values)) {
    throw new TypeError(
      `${name}: values must be an array or a typed array of numbers, got ${typeof values}; ` +
        'read a tensor with `await tensor.data()`',
    );
  }
  return Float32Array.from(values);
}
