import type { TensorStats } from '../../record/run.js';
import { binEdges } from '../../stats/bin-edges.js';
import type { Bucket } from './summary.js';

/** Bins below the largest magnitude that stay apart: two for each power of two, so down to 1/256 of it. */
const KEPT = 16;
/** As many bins have each sign. */
const NEGATIVE = 512;

/**
 * The buckets that TensorBoard shows for the elements of a tensor, in ascending order and without a gap between them.
 *
 * They are the bins of the histogram with their exact edges, the outermost ones cut at `min` and `max`. TensorBoard draws 30
 * bars of equal width, so magnitudes below 1/256 of the largest share one bucket on either side of 0: less than an eighth
 * of a bar. The elements that are 0 have a bucket of no width between these. All counts are exact; NaN and infinite
 * elements are in none.
 *
 * @returns Empty without a histogram or without a finite element.
 */
export function buckets({ histogram, zeros, min, max }: TensorStats): readonly Bucket[] {
  if (histogram === undefined) return [];
  const largest = histogram.bins.reduce((most, [index]) => Math.max(most, index % NEGATIVE), 0);
  const found: Bucket[] = [];
  const small = { negative: 0, positive: 0 };
  let smallEdge = 0;
  for (const [index, count] of histogram.bins) {
    const [low, high] = binEdges(index);
    if (index % NEGATIVE > largest - KEPT) {
      found.push([low, high, count]);
      continue;
    }
    smallEdge = Math.max(smallEdge, -low, high);
    small[index < NEGATIVE ? 'positive' : 'negative'] += count;
  }
  if (small.negative > 0) found.push([-smallEdge, 0, small.negative]);
  if (small.positive > 0) found.push([0, smallEdge, small.positive]);
  if (zeros > 0) found.push([0, 0, zeros]);
  found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return withoutGaps(
    found.map(([low, high, count]) => [cut(min, low, high, low), cut(max, low, high, high), count]),
  );
}

/** An extreme where it lies in the bucket; a device that rounds it past its bin does not move the edge. */
function cut(extreme: number, low: number, high: number, edge: number): number {
  return extreme >= low && extreme <= high ? extreme : edge;
}

function withoutGaps(found: readonly Bucket[]): readonly Bucket[] {
  return found.flatMap((bucket, i) => {
    const end = found[i - 1]?.[1] ?? bucket[0];
    return end < bucket[0] ? [[end, bucket[0], 0] as const, bucket] : [bucket];
  });
}
