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

// As in measure: rounding error grows with the block, not the tensor.
const BLOCK = 4096;

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
  return compareTwin(a, b);
}

/** What {@link compare} does, in plain TypeScript. */
export function compareTwin(a: Float32Array, b: Float32Array): PairSums {
  let [aSquares, bSquares, differenceSquares, dot, differing] = [0, 0, 0, 0, 0];
  for (let start = 0; start < a.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, a.length);
    let [blockA, blockB, blockDifference, blockDot] = [0, 0, 0, 0];
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
