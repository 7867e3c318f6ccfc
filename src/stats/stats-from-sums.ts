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
  // Not by spread: copying these few numbers would take as long as listing the bins.
  return bins === undefined ? stats : Object.assign(stats, { histogram: histogramFromBins(bins) });
}

/** Lists the non-empty ones of the 1024 bins. */
export function histogramFromBins(bins: Uint32Array): Histogram {
  const pairs: [index: number, count: number][] = [];
  for (let i = 0; i < bins.length; i += 4) {
    // Nearly all are empty, and this runs for every variable: four at a time takes half as long.
    const any =
      (bins[i] as number) | (bins[i + 1] as number) | (bins[i + 2] as number) | (bins[i + 3] as number);
    if (any === 0) continue;
    for (let index = i; index < i + 4; index++) {
      const count = bins[index] as number;
      if (count !== 0) pairs.push([index, count]);
    }
  }
  return { bins: pairs };
}
