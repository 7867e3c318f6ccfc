import type { Sums } from '../kernels/measure.js';
import type { Histogram, TensorStats } from '../record/run.js';

/** Turns what the kernels counted into statistics; with the counts of the 1024 bins also into a histogram. */
export function statsFromSums(sums: Sums, bins?: Uint32Array): TensorStats {
  const { finite, sum, sumOfSquares, absSum, min, max, zeros, nans, infs } = sums;
  const mean = finite === 0 ? 0 : sum / finite;
  const variance = finite === 0 ? 0 : Math.max(0, sumOfSquares / finite - mean * mean);
  // The difference above is all rounding where the elements are nearly equal: half the range is the largest deviation
  // that any distribution has (Popoviciu's inequality).
  const std = finite === 0 ? 0 : Math.min(Math.sqrt(variance), (max - min) / 2);
  const stats: TensorStats = {
    size: finite + nans + infs,
    norm: Math.sqrt(sumOfSquares),
    mean,
    std,
    absMean: finite === 0 ? 0 : absSum / finite,
    min,
    max,
    zeros,
    nans,
    infs,
  };
  return bins === undefined ? stats : { ...stats, histogram: histogramFromBins(bins) };
}

/** Lists the non-empty ones of the 1024 bins. */
export function histogramFromBins(bins: Uint32Array): Histogram {
  const pairs: [index: number, count: number][] = [];
  for (let index = 0; index < bins.length; index++) {
    const count = bins[index] as number;
    if (count !== 0) pairs.push([index, count]);
  }
  return { bins: pairs };
}
