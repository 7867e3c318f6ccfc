import type { Histogram, TensorStats } from '../../record/run.js';
import { binEdges } from '../../stats/bin-edges.js';
import type { Bucket } from './summary.js';

/** Bins below the largest magnitude that stay apart: two for each power of two, so down to 1/256 of it. */
const KEPT = 16;
/** As many bins have each sign. */
const NEGATIVE = 512;

type Bin = Histogram['bins'][number];

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
  const positive = histogram.bins.filter(([index]) => index < NEGATIVE);
  const negative = histogram.bins.filter(([index]) => index >= NEGATIVE).reverse();
  const largest = Math.max(positive.at(-1)?.[0] ?? 0, (negative[0]?.[0] ?? NEGATIVE) - NEGATIVE);
  const joined = largest - KEPT;
  const edge = joined < 0 ? 0 : binEdges(joined)[1];
  const isJoined = ([index]: Bin): boolean => index % NEGATIVE <= joined;

  const found: Bucket[] = [];
  const add = (low: number, high: number, count: number): void => {
    if (count === 0) return;
    const end = found.at(-1)?.[1] ?? low;
    if (end < low) found.push([end, low, 0]);
    found.push([low, high, count]);
  };
  for (const bin of negative) if (!isJoined(bin)) add(...binEdges(bin[0]), bin[1]);
  add(-edge, 0, total(negative.filter(isJoined)));
  add(0, 0, zeros);
  add(0, edge, total(positive.filter(isJoined)));
  for (const bin of positive) if (!isJoined(bin)) add(...binEdges(bin[0]), bin[1]);
  return cut(found, min, max);
}

function total(bins: readonly Bin[]): number {
  return bins.reduce((sum, [, count]) => sum + count, 0);
}

/** With the outermost edges moved to the extremes, unless a device has rounded these past their bin. */
function cut(found: Bucket[], min: number, max: number): Bucket[] {
  const first = found[0];
  if (first && min >= first[0] && min <= first[1]) found[0] = [min, first[1], first[2]];
  const last = found.at(-1);
  if (last && max >= last[0] && max <= last[1]) found[found.length - 1] = [last[0], max, last[2]];
  return found;
}
