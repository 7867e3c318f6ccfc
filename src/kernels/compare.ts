import { KERNEL_FROM, part, type StatisticsKernels, statisticsKernels } from './statistics.js';

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
  if (kernels === null) return compareTwin(a, b);
  const sums = byChunks(kernels, a, b, kernels.run.compare);
  const [aSquares = 0, bSquares = 0, differenceSquares = 0, dot = 0, differing = 0] = sums;
  return { aSquares, bSquares, differenceSquares, dot, differing };
}

function byChunks(
  kernels: StatisticsKernels,
  a: Float32Array,
  b: Float32Array,
  add: (count: number) => void,
): Float64Array {
  kernels.run.startCompare();
  for (let start = 0; start < a.length; start += kernels.a.length) {
    const chunk = part(a, start, kernels.a.length);
    kernels.a.set(chunk);
    kernels.b.set(part(b, start, chunk.length));
    add(chunk.length);
  }
  return kernels.totals;
}

/** What one pass over a weight before and after its update finds. */
export type ChangeSums = Pick<PairSums, 'aSquares' | 'differenceSquares'>;

/**
 * Sums the squares of `a` and of `b - a`, the difference rounded to float32, in one pass: all that a weight's update needs,
 * at a third of the cost of {@link compare}.
 *
 * @param a - The elements before.
 * @param b - As many elements after.
 * @throws RangeError when the lengths differ.
 */
export function change(a: Float32Array, b: Float32Array): ChangeSums {
  if (a.length !== b.length) {
    throw new RangeError(`change: a and b must have as many elements, got ${a.length} and ${b.length}`);
  }
  const kernels = a.length >= KERNEL_FROM ? statisticsKernels() : null;
  if (kernels === null) return changeTwin(a, b);
  const totals = byChunks(kernels, a, b, kernels.run.change);
  return { aSquares: totals[0] as number, differenceSquares: totals[2] as number };
}

/** What {@link change} does, in plain TypeScript. */
export function changeTwin(a: Float32Array, b: Float32Array): ChangeSums {
  let aSquares = 0;
  let differenceSquares = 0;
  for (let start = 0; start < a.length; start += TWIN_BLOCK) {
    const end = Math.min(start + TWIN_BLOCK, a.length);
    let blockA = 0;
    let blockDifference = 0;
    for (let i = start; i < end; i++) {
      const x = a[i] as number;
      const difference = Math.fround((b[i] as number) - x);
      blockA += x * x;
      blockDifference += difference * difference;
    }
    aSquares += blockA;
    differenceSquares += blockDifference;
  }
  return { aSquares, differenceSquares };
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
