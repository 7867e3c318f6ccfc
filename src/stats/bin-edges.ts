/** As many bins have each sign: index 512 is the negative twin of index 0. */
const NEGATIVE = 512;
/** Bins from here on would hold infinities and NaN, which are counted beside the histogram. */
const NON_FINITE = 510;

/**
 * Gives the edges of a histogram bin, exactly.
 *
 * Two bins share each power of two: index `2e + m` of the positive half holds `(1 + m/2) 2^(e-127) <= x <
 * (1 + (m+1)/2) 2^(e-127)`, where m is 0 or 1. Indices 0 and 1 hold the subnormal numbers below 2^-126, which are evenly
 * spaced. The bins 512 to 1021 mirror 0 to 509 with the sign turned. Together they cover every finite float32 but 0.
 *
 * @param index - Of the bin: 0 to 509 for positive, 512 to 1021 for negative elements.
 * @returns The lower and the upper edge as numbers, `low < high`. The edge nearer to 0 belongs to the bin, the farther
 *   one does not; 0 itself belongs to none.
 * @throws RangeError when no finite float32 has this index.
 * @example
 * ```ts
 * import { stats } from 'gradient-health';
 *
 * const histogram = stats.histogram([1, 1.25, 1.75, -0.1]);
 * console.log(histogram.bins);
 * // [ [ 254, 2 ], [ 255, 1 ], [ 759, 1 ] ]
 * console.log(stats.binEdges(254));
 * // [ 1, 1.5 ]
 * console.log(stats.binEdges(759));
 * // [ -0.125, -0.09375 ]
 * ```
 */
export function binEdges(index: number): readonly [low: number, high: number] {
  const magnitude = index % NEGATIVE;
  if (!Number.isInteger(index) || index < 0 || index >= 2 * NEGATIVE || magnitude >= NON_FINITE) {
    throw new RangeError(`binEdges: index must be an integer in 0..509 or 512..1021, got ${index}`);
  }
  const near = edge(magnitude);
  const far = edge(magnitude + 1);
  // 0 - near, because -near would be -0 at the innermost bin.
  return index < NEGATIVE ? [near, far] : [-far, 0 - near];
}

/** The edge of a positive bin that is nearer to 0. */
function edge(index: number): number {
  if (index < 2) return index * 2 ** -127;
  return (1 + (index & 1) / 2) * 2 ** ((index >> 1) - 127);
}
