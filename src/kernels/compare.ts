import { KERNEL_FROM, type StatisticsKernels, statisticsKernels } from './statistics.js';

/** What one pass over two float32 arrays finds: sums in float64, into which NaN and infinities propagate. */
export interface PairSums {
  /** Sum of the squares of `a`. */
  readonly aSquares: number;
  /** Sum of the squares of `b`. */
  readonly bSquares: number;
  /** Sum of the squares of `b - a`. */
  readonly differenceSquares: number;
  /** Sum of the products of `a` and `b`. */
  readonly dot: number;
  /** Elements whose values differ; NaN equals NaN here, and 0 equals -0. */
  readonly differing: number;
}

/**
 * Compares two tensors element by element in one pass: a weight before and after its update, a gradient as it came and
 * as it was clipped.
 *
 * @param a - The elements before.
 * @param b - As many elements after.
 * @throws RangeError when the lengths differ.
 */
export function compare(a: Float32Array, b: Float32Array): PairSums {
  if (a.length !== b.length) {
    throw new RangeError(`compare: a and b must have as many elements, got ${a.length} and ${b.length}`);
  }
  const kernels = a.length >= KERNEL_FROM ? statisticsKernels() : null;
  return kernels === null ? compareTwin(a, b) : compareByKernel(kernels, a, b);
}

function compareByKernel(kernels: StatisticsKernels, a: Float32Array, b: Float32Array): PairSums {
  const { run, totals } = kernels;
  run.startCompare();
  for (let start = 0; start < a.length; start += kernels.a.length) {
    const chunk = a.subarray(start, start + kernels.a.length);
    kernels.a.set(chunk);
    kernels.b.set(b.subarray(start, start + chunk.length));
    run.compare(chunk.length);
  }
  const [aSquares = 0, bSquares = 0, differenceSquares = 0, dot = 0, differing = 0] = totals;
  return { aSquares, bSquares, differenceSquares, dot, differing };
}

// As in measure: rounding error grows with the block, not the tensor.
const TWIN_BLOCK = 4096;

/** What {@link compare} does, in plain TypeScript. */
export function compareTwin(a: Float32Array, b: Float32Array): PairSums {
  let aSquares = 0;
  let bSquares = 0;
  let differenceSquares = 0;
  let dot = 0;
  let differing = 0;
  for (let start = 0; start < a.length; start += TWIN_BLOCK) {
    const end = Math.min(start + TWIN_BLOCK, a.length);
    let blockA = 0;
    let blockB = 0;
    let blockDifference = 0;
    let blockDot = 0;
    for (let i = start; i < end; i++) {
      const x = a[i] as number;
      const y = b[i] as number;
      const difference = y - x;
      blockA += x * x;
      blockB += y * y;
      blockDifference += difference * difference;
      blockDot += x * y;
      if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) differing++;
    }
    aSquares += blockA;
    bSquares += blockB;
    differenceSquares += blockDifference;
    dot += blockDot;
  }
  return { aSquares, bSquares, differenceSquares, dot, differing };
}
