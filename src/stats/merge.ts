import type { Histogram, TensorStats } from '../record/run.js';

/**
 * Adds histograms up: the result is the histogram of all their elements together.
 *
 * Exact, in any order, also over steps, workers, tabs and machines, because the bins are the same everywhere.
 *
 * @param histograms - Any number; of none, the result is empty.
 * @example
 * ```ts
 * import { stats } from 'gradient-health';
 *
 * const merged = stats.mergeHistograms(stats.histogram([1, 2]), stats.histogram([1.25]));
 * console.log(merged.bins);
 * // [ [ 254, 2 ], [ 256, 1 ] ]
 * ```
 */
export function mergeHistograms(...histograms: readonly Histogram[]): Histogram {
  const counts = new Map<number, number>();
  for (const { bins } of histograms) {
    for (const [index, count] of bins) counts.set(index, (counts.get(index) ?? 0) + count);
  }
  return { bins: [...counts].sort(([a], [b]) => a - b) };
}

/**
 * Combines the statistics of two tensors into those of all their elements together.
 *
 * Counts, `min`, `max` and histogram are exact; `norm`, `mean`, `std` and `absMean` are so up to float64 rounding. The
 * deviations combine by Chan's formula (Chan, Golub and LeVeque 1979): with n finite elements in each,
 * `n std^2 = na sa^2 + nb sb^2 + (mb - ma)^2 na nb / n`. The histogram is kept where both have one.
 *
 * @param a - Statistics of the one.
 * @param b - Statistics of the other.
 * @example
 * ```ts
 * import { stats } from 'gradient-health';
 *
 * const merged = stats.mergeStats(stats.summarize([1, 3]), stats.summarize([5, 7]));
 * console.log(merged.mean, merged.max);
 * // 4 7
 * ```
 */
export function mergeStats(a: TensorStats, b: TensorStats): TensorStats {
  const na = a.size - a.nans - a.infs;
  const nb = b.size - b.nans - b.infs;
  // With no finite element in either, every weighted mean below is 0 / 1.
  const n = Math.max(1, na + nb);
  const apart = b.mean - a.mean;
  const variance = (na * a.std ** 2 + nb * b.std ** 2 + apart ** 2 * ((na * nb) / n)) / n;
  return {
    size: a.size + b.size,
    norm: Math.sqrt(a.norm ** 2 + b.norm ** 2),
    mean: (na * a.mean + nb * b.mean) / n,
    std: Math.sqrt(variance),
    absMean: (na * a.absMean + nb * b.absMean) / n,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    zeros: a.zeros + b.zeros,
    nans: a.nans + b.nans,
    infs: a.infs + b.infs,
    ...(a.histogram && b.histogram && { histogram: mergeHistograms(a.histogram, b.histogram) }),
  };
}
