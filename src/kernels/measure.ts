/** What one pass over a float32 array finds: sums in float64 over its finite elements, and counts of the rest. */
export interface Sums {
  /** Number of finite elements. */
  readonly finite: number;
  /** Their sum. */
  readonly sum: number;
  /** Sum of their squares. */
  readonly sumOfSquares: number;
  /** Sum of their absolute values. */
  readonly absSum: number;
  /** The smallest of them; `Infinity` where there is none. */
  readonly min: number;
  /** The largest of them; `-Infinity` where there is none. */
  readonly max: number;
  /** Elements equal to 0, of either sign. */
  readonly zeros: number;
  /** Elements that are NaN, of any payload. */
  readonly nans: number;
  /** Elements that are infinite, of either sign. */
  readonly infs: number;
}

/** One bin for each value of a float32's top 10 bits: sign, exponent and one bit of the mantissa. */
export const BIN_COUNT = 1024;

// Sums are closed and added up block by block, so that their rounding error grows with the block, not the tensor.
const BLOCK = 4096;

/**
 * Measures a tensor's elements in one pass.
 *
 * @param values - The elements.
 * @param bins - 1024 counts, to which the finite, non-zero elements are added: each to the bin of its top 10 bits.
 * @throws RangeError when `bins` does not have 1024 elements.
 */
export function measure(values: Float32Array, bins?: Uint32Array): Sums {
  if (bins !== undefined && bins.length !== BIN_COUNT) {
    throw new RangeError(`measure: bins must have ${BIN_COUNT} elements, got ${bins.length}`);
  }
  return measureTwin(values, bins);
}

/** What {@link measure} does, in plain TypeScript. */
export function measureTwin(values: Float32Array, bins?: Uint32Array): Sums {
  const bits = bins && new Uint32Array(values.buffer, values.byteOffset, values.length);
  let [sum, sumOfSquares, absSum, zeros, nans, infs] = [0, 0, 0, 0, 0, 0];
  let [min, max] = [Infinity, -Infinity];
  for (let start = 0; start < values.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, values.length);
    let [blockSum, blockSquares, blockAbs] = [0, 0, 0];
    for (let i = start; i < end; i++) {
      const value = values[i] as number;
      if (value - value !== 0) {
        if (Number.isNaN(value)) nans++;
        else infs++;
        continue;
      }
      blockSum += value;
      blockSquares += value * value;
      blockAbs += Math.abs(value);
      if (value < min) min = value;
      if (value > max) max = value;
      if (value === 0) zeros++;
      else if (bits && bins) {
        const bin = (bits[i] as number) >>> 22;
        bins[bin] = (bins[bin] as number) + 1;
      }
    }
    sum += blockSum;
    sumOfSquares += blockSquares;
    absSum += blockAbs;
  }
  // Adding 0 turns -0 into 0: which of the two came first must not show.
  min += 0;
  max += 0;
  return { finite: values.length - nans - infs, sum, sumOfSquares, absSum, min, max, zeros, nans, infs };
}
