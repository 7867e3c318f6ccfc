import { KERNEL_FROM, part, type StatisticsKernels, statisticsKernels } from './statistics.js';

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

// The bins whose top bits are also those of zeros, infinities and NaN, which are counted apart.
const ZERO_BIN = 0;
const NEGATIVE_ZERO_BIN = 512;
const NON_FINITE_BINS = [510, 511, 1022, 1023] as const;

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
  const kernels = values.length >= KERNEL_FROM ? statisticsKernels() : null;
  return kernels === null ? measureTwin(values, bins) : measureByKernel(kernels, values, bins);
}

function measureByKernel(
  { run, a, table, totals }: StatisticsKernels,
  values: Float32Array,
  bins: Uint32Array | undefined,
): Sums {
  if (bins !== undefined) table.set(bins);
  run.startMeasure();
  for (let start = 0; start < values.length; start += a.length) {
    const chunk = part(values, start, a.length);
    a.set(chunk);
    if (bins === undefined) run.measure(chunk.length);
    else run.measureAndBin(chunk.length);
  }
  // One by one: to take a typed array apart by a pattern takes longer than to measure a bias.
  const at = (index: number): number => totals[index] as number;
  const [zeros, negativeZeros, nans, infs] = [at(5), at(6), at(7), at(8)];
  if (bins !== undefined) {
    run.foldTables();
    table[ZERO_BIN] = (table[ZERO_BIN] as number) - (zeros - negativeZeros);
    table[NEGATIVE_ZERO_BIN] = (table[NEGATIVE_ZERO_BIN] as number) - negativeZeros;
    for (const bin of NON_FINITE_BINS) table[bin] = bins[bin] as number;
    bins.set(table);
  }
  return {
    finite: values.length - nans - infs,
    sum: at(0),
    sumOfSquares: at(1),
    absSum: at(2),
    min: plusZero(at(3)),
    max: plusZero(at(4)),
    zeros,
    nans,
    infs,
  };
}

// Sums are closed and added up block by block, so that their rounding error grows with the block, not the tensor.
const TWIN_BLOCK = 4096;

/** What {@link measure} does, in plain TypeScript. */
export function measureTwin(values: Float32Array, bins?: Uint32Array): Sums {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let sum = 0;
  let sumOfSquares = 0;
  let absSum = 0;
  let zeros = 0;
  let nans = 0;
  let infs = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let start = 0; start < values.length; start += TWIN_BLOCK) {
    const end = Math.min(start + TWIN_BLOCK, values.length);
    let blockSum = 0;
    let blockSquares = 0;
    let blockAbs = 0;
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
      else if (bins !== undefined) {
        const bin = (bits[i] as number) >>> 22;
        bins[bin] = (bins[bin] as number) + 1;
      }
    }
    sum += blockSum;
    sumOfSquares += blockSquares;
    absSum += blockAbs;
  }
  return {
    finite: values.length - nans - infs,
    sum,
    sumOfSquares,
    absSum,
    min: plusZero(min),
    max: plusZero(max),
    zeros,
    nans,
    infs,
  };
}

// Adding 0 turns -0 into 0: which of the two was met first must not show.
function plusZero(x: number): number {
  return x + 0;
}
