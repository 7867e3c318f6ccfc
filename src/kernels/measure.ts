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
  /** Where a histogram was asked for: how many of the finite, non-zero elements each bin holds. */
  readonly bins?: Bins;
}

/** One bin for each value of a float32's top 10 bits: sign, exponent and one bit of the mantissa. */
export const BIN_COUNT = 1024;

/** The bins that hold anything, in order. */
export type Bins = [index: number, count: number][];

/**
 * Measures a tensor's elements in one pass.
 *
 * @param values - The elements.
 * @param histogram - Whether to count the finite, non-zero elements in bins, each in that of its top 10 bits.
 */
export function measure(values: Float32Array, histogram = false): Sums {
  const kernels = values.length >= KERNEL_FROM ? statisticsKernels() : null;
  return kernels === null ? measureTwin(values, histogram) : measureByKernel(kernels, values, histogram);
}

function measureByKernel(
  { run, a, list, totals }: StatisticsKernels,
  values: Float32Array,
  histogram: boolean,
): Sums {
  run.startMeasure();
  for (let start = 0; start < values.length; start += a.length) {
    const chunk = part(values, start, a.length);
    a.set(chunk);
    if (histogram) run.measureAndBin(chunk.length);
    else run.measure(chunk.length);
  }
  // One by one: to take a typed array apart by a pattern takes longer than to measure a bias.
  const at = (index: number): number => totals[index] as number;
  const [nans, infs] = [at(7), at(8)];
  const sums: Sums = {
    finite: values.length - nans - infs,
    sum: at(0),
    sumOfSquares: at(1),
    absSum: at(2),
    min: plusZero(at(3)),
    max: plusZero(at(4)),
    zeros: at(5),
    nans,
    infs,
  };
  if (!histogram) return sums;
  const bins: Bins = [];
  const end = 2 * run.listBins();
  for (let i = 0; i < end; i += 2) bins.push([list[i] as number, list[i + 1] as number]);
  return Object.assign(sums, { bins });
}

// Sums are closed and added up block by block, so that their rounding error grows with the block, not the tensor.
const TWIN_BLOCK = 4096;

// Empty between calls: to allocate them anew, or to look at all of them, would take longer than to count a bias.
const twinCounts = new Uint32Array(BIN_COUNT);
/** A bit for each of them, set where it is not 0. */
const twinFilled = new Int32Array(BIN_COUNT / 32);

/** What {@link measure} does, in plain TypeScript. */
export function measureTwin(values: Float32Array, histogram = false): Sums {
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
      else if (histogram) {
        const bin = (bits[i] as number) >>> 22;
        const count = twinCounts[bin] as number;
        if (count === 0) {
          const filled = twinFilled[bin >>> 5] as number;
          twinFilled[bin >>> 5] = filled | (1 << bin);
        }
        twinCounts[bin] = count + 1;
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
    ...(histogram && { bins: takeTwinBins() }),
  };
}

function takeTwinBins(): Bins {
  const bins: Bins = [];
  for (let word = 0; word < twinFilled.length; word++) {
    for (let filled = twinFilled[word] as number; filled !== 0; filled &= filled - 1) {
      const index = 32 * word + 31 - Math.clz32(filled & -filled);
      bins.push([index, twinCounts[index] as number]);
      twinCounts[index] = 0;
    }
    twinFilled[word] = 0;
  }
  return bins;
}

// Adding 0 turns -0 into 0: which of the two was met first must not show.
function plusZero(x: number): number {
  return x + 0;
}
