import type { PairSums } from '../kernels/compare.js';
import type { Sums } from '../kernels/measure.js';

// A device reduces a tensor to a table with one row for each tile of it, and the rows are added up here, in float64. In a
// row, sums are taken of elements divided by the tile's largest, so that squares neither overflow nor vanish.

/**
 * Elements in a tile where textures may hold 16-bit floats, which count exactly to 2048. Smaller tiles are more to read
 * back, larger ones leave most of the device idle.
 */
export const TILE = 1024;

/**
 * Numbers in a row for one tensor: the largest absolute value L of the tile's finite elements x, or 1 without one; the sums
 * of x/L, (x/L)² and |x/L|; the smallest and the largest x, or {@link LARGEST} and its negative; the counts of zeros, NaN
 * and infinities.
 */
export const SUMS_COLUMNS = 9;

/**
 * Numbers in a row for two tensors of one shape: L and the sum of (x/L)² for each of a, b and b - a; the sum of the products
 * of a/L and b/L; the count of elements that differ; {@link FINITE}, {@link INFINITE} or {@link NAN} for a, b and b - a.
 */
export const PAIR_COLUMNS = 11;

/** The largest finite float32, in place of elements that must not win a minimum or maximum. */
export const LARGEST = 3.4028234663852886e38;

/** Every element of the tile is finite. */
export const FINITE = 0;
/** An element of the tile is infinite, and none is NaN. */
export const INFINITE = 1;
/** An element of the tile is NaN. */
export const NAN = 2;

/** Adds up the table of one tensor. */
export function sumsOfTable(table: Float32Array, size: number): Sums {
  let [sum, sumOfSquares, absSum, zeros, nans, infs] = [0, 0, 0, 0, 0, 0];
  let [min, max] = [LARGEST, -LARGEST];
  for (const row of rowsOf(table, SUMS_COLUMNS)) {
    const [largest = 1, total = 0, squares = 0, absolute = 0, low = LARGEST, high = -LARGEST] = row;
    sum += total * largest;
    sumOfSquares += squares * largest * largest;
    absSum += absolute * largest;
    min = Math.min(min, low);
    max = Math.max(max, high);
    zeros += row[6] ?? 0;
    nans += row[7] ?? 0;
    infs += row[8] ?? 0;
  }
  const finite = size - nans - infs;
  if (finite === 0) [min, max] = [Infinity, -Infinity];
  return { finite, sum, sumOfSquares, absSum, min, max, zeros, nans, infs };
}

/** Adds up the table of a pair. */
export function pairOfTable(table: Float32Array): PairSums {
  let [aSquares, bSquares, differenceSquares, dot, differing] = [0, 0, 0, 0, 0];
  for (const row of rowsOf(table, PAIR_COLUMNS)) {
    const [a = 1, aSum = 0, b = 1, bSum = 0, difference = 1, differenceSum = 0, products = 0, differs = 0] =
      row;
    const [aState = FINITE, bState = FINITE, differenceState = FINITE] = row.subarray(8);
    aSquares += unless(aState, aSum * a * a);
    bSquares += unless(bState, bSum * b * b);
    differenceSquares += unless(differenceState, differenceSum * difference * difference);
    dot += aState === FINITE && bState === FINITE ? products * a * b : Number.NaN;
    differing += differs;
  }
  return { aSquares, bSquares, differenceSquares, dot, differing };
}

const unless = (state: number, squares: number): number => {
  if (state === NAN) return Number.NaN;
  return state === INFINITE ? Infinity : squares;
};

function* rowsOf(table: Float32Array, columns: number): Generator<Float32Array> {
  for (let start = 0; start < table.length; start += columns) yield table.subarray(start, start + columns);
}
