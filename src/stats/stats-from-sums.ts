import type { Bins, Sums } from '../kernels/measure.js';
import type { TensorStats } from '../record/run.js';

/** Turns what the kernels counted into statistics, and with bins also into a histogram. */
export function statsFromSums(sums: Sums, bins: Bins | undefined = sums.bins): TensorStats {
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
  // Not by spread, which would copy these few numbers.
  return bins === undefined ? stats : Object.assign(stats, { histogram: { bins } });
}
