/** Where a matrix with adjacent columns lies in the heap, in floats. */
export interface Rows {
  /** Position of the first element. */
  readonly at: number;
  /** From an element to the one below it. */
  readonly rowStride: number;
}

/** Where a matrix lies in the heap, in floats. The same with its strides swapped is the matrix transposed. */
export interface Matrix extends Rows {
  /** From an element to the one right of it. */
  readonly columnStride: number;
}

/**
 * Matrix kernels on one heap of float32.
 *
 * A caller reserves what it needs, lays out its matrices from position 0 as it likes, copies its data in, calls, and
 * copies the results out, all in one synchronous stretch: the next caller overwrites everything. The heap keeps its
 * largest size.
 */
export interface MatrixKernels {
  /**
   * Makes the heap hold at least so many floats.
   *
   * @returns The heap, with what it held before. It may replace the one of the last call, which is then detached.
   * @throws RangeError when there is no such memory.
   */
  reserve(floats: number): Float32Array;
  /**
   * Adds a product of matrices: C += A B, in float32.
   *
   * @param a - A [rows, inner].
   * @param b - B [inner, columns].
   * @param c - C [rows, columns].
   */
  gemm(a: Matrix, b: Matrix, c: Rows, rows: number, columns: number, inner: number): void;
  /**
   * Packs a B that will be a factor more than once, as recurrent weights are: worthwhile below about 16 rows of A.
   *
   * @param b - B [inner, columns].
   * @param to - Position of {@link packedLength} floats.
   */
  pack(b: Matrix, inner: number, columns: number, to: number): void;
  /** Does what `gemm` does with a B that `pack` has packed; `b` is its position. */
  gemmPacked(a: Matrix, b: number, c: Rows, rows: number, columns: number, inner: number): void;
  /** Copies a matrix [rows, columns], both axes dense, transposed to another position. */
  transpose(from: number, rows: number, columns: number, to: number): void;
}

/** How many floats a packed B [inner, columns] takes. */
export function packedLength(inner: number, columns: number): number {
  return inner * Math.ceil(columns / 8) * 8;
}
