import type { Histogram, TensorStats } from '../record/run.js';
import { binEdges } from './bin-edges.js';

/** A run of elements between two values, in ascending order of value. */
interface Segment {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * Estimates a quantile of a tensor from its histogram.
 *
 * The elements of a bin are taken as spread evenly between its edges, or between the edge and `min` or `max` at the ends.
 * The zeros, which the histogram does not hold, stand between its two halves. The estimate lies in the bin of the true
 * quantile, so it is off by less than half of the true value, subnormal numbers aside; at q = 0 and 1
 * it is `min` and `max` exactly. Elements that are NaN or infinite are left out, as in all statistics but the counts.
 *
 * @param stats - Statistics with a histogram.
 * @param q - Share of the elements below the quantile, from 0 to 1; 0.5 gives the median.
 * @returns The quantile of the finite elements; NaN where there is none.
 * @throws RangeError when `q` is not in [0, 1].
 * @throws TypeError when `stats` has no histogram.
 * @example
 * ```ts
 * import { stats } from 'gradient-health';
 *
 * const measured = stats.summarize([0, 0, 0, 1, 1.5], { histogram: true });
 * console.log(stats.quantile(measured, 0.5), stats.quantile(measured, 1));
 * // 0 1.5
 * ```
 */
export function quantile(stats: TensorStats, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile: q must be in [0, 1], got ${q}`);
  if (stats.histogram === undefined) {
    throw new TypeError('quantile: stats must have a histogram; collect it with `{ histogram: true }`');
  }
  const segments = inOrderOfValue(stats.histogram, stats.zeros);
  let remaining = q * segments.reduce((total, { count }) => total + count, 0);
  const segment = segments.find(({ count }) => {
    if (remaining <= count) return true;
    remaining -= count;
    return false;
  });
  if (segment === undefined) return Number.NaN;
  const low = Math.max(segment.low, stats.min);
  const high = Math.min(segment.high, stats.max);
  return low + (high - low) * (remaining / segment.count);
}

function inOrderOfValue({ bins }: Histogram, zeros: number): Segment[] {
  const segments = bins.map(([index, count]): Segment => {
    const [low, high] = binEdges(index);
    return { low, high, count };
  });
  if (zeros > 0) segments.push({ low: 0, high: 0, count: zeros });
  return segments.sort((a, b) => a.low - b.low || a.high - b.high);
}
