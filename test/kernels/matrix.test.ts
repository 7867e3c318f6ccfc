import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { refuseKernels } from '../../src/kernels/instantiate.js';
import { type Matrix, packedLength } from '../../src/kernels/matrix.js';
import { recurrentKernels } from '../../src/kernels/recurrent-kernels.js';

const extent = fc.integer({ min: 0, max: 37 });
// Past the depth of 256 at which the kernel cuts its blocks.
const depth = fc.oneof(extent, fc.constantFrom(255, 256, 257, 600));

/** Element of a test matrix: not symmetric, of both signs, full mantissas. */
const element = (i: number, j: number) => Math.fround(Math.sin(1 + 7 * i + 3.7 * j));

/** Lays out [rows, columns] from `at`, as it is or transposed, with some floats between rows. */
function place(
  heap: Float32Array,
  at: number,
  rows: number,
  columns: number,
  transposed: boolean,
  gap: number,
) {
  const long = (transposed ? rows : columns) + gap;
  const matrix: Matrix = transposed
    ? { at, rowStride: 1, columnStride: long }
    : { at, rowStride: long, columnStride: 1 };
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      heap[at + i * matrix.rowStride + j * matrix.columnStride] = element(i, j);
    }
  }
  return matrix;
}

interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly aTransposed: boolean;
  readonly bTransposed: boolean;
  readonly gap: number;
}

const product: fc.Arbitrary<Product> = fc.record({
  rows: extent,
  columns: extent,
  inner: depth,
  aTransposed: fc.boolean(),
  bTransposed: fc.boolean(),
  gap: fc.integer({ min: 0, max: 5 }),
});

/** Multiplies on a fresh layout and compares C, and what lies around it, with a float64 product. */
function expectProduct(
  { rows, columns, inner, aTransposed, bTransposed, gap }: Product,
  packed: boolean,
): void {
  const kernels = recurrentKernels();
  const size = (n: number, m: number) => (n + gap) * (m + gap);
  const bAt = size(rows, inner);
  const cAt = bAt + size(inner, columns);
  const packedAt = cAt + rows * (columns + gap) + 8;
  const heap = kernels.reserve(packedAt + packedLength(inner, columns)).fill(Number.NaN);
  const a = place(heap, 0, rows, inner, aTransposed, gap);
  const b = place(heap, bAt, inner, columns, bTransposed, gap);
  const c = { at: cAt, rowStride: columns + gap };
  heap.fill(0.5, cAt, packedAt);
  if (packed) {
    kernels.pack(b, inner, columns, packedAt);
    kernels.gemmPacked(a, packedAt, c, rows, columns, inner);
  } else {
    kernels.gemm(a, b, c, rows, columns, inner);
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns + gap; j++) {
      let expected = 0.5;
      let magnitude = 0.5;
      for (let k = 0; j < columns && k < inner; k++) {
        expected += element(i, k) * element(k, j);
        magnitude += Math.abs(element(i, k) * element(k, j));
      }
      // Float32 rounding, whose either sign mostly cancels: a few units of the terms' sum, not `inner` of them.
      const actual = heap[cAt + i * c.rowStride + j] as number;
      expect(Math.abs(actual - expected)).toBeLessThanOrEqual(8 * 2 ** -24 * magnitude);
    }
  }
  // Not a float past the last row.
  expect([...heap.subarray(cAt + rows * c.rowStride, packedAt)]).toEqual(new Array(8).fill(0.5));
}

afterEach(() => refuseKernels(false));

describe.each([
  ['kernel', false],
  ['twin', true],
])('the matrix %s', (_, refuse) => {
  test('adds a product of any extents and strides to C, and touches nothing else', () => {
    refuseKernels(refuse);
    fc.assert(fc.property(product, (each) => expectProduct(each, false)));
  });

  test('does the same with a packed factor', () => {
    refuseKernels(refuse);
    fc.assert(fc.property(product, (each) => expectProduct(each, true)));
  });

  test('lets NaN and infinity through to their rows and columns, and no further', () => {
    refuseKernels(refuse);
    const kernels = recurrentKernels();
    const n = 9;
    const dense = (at: number): Matrix => ({ at, rowStride: n, columnStride: 1 });
    const heap = kernels.reserve(3 * n * n).fill(1, 0, 2 * n * n);
    heap.fill(0, 2 * n * n, 3 * n * n);
    heap[0] = Number.NaN;
    heap[2 * n * n - 1] = Infinity;
    kernels.gemm(dense(0), dense(n * n), dense(2 * n * n), n, n, n);
    const c = heap.subarray(2 * n * n, 3 * n * n);
    expect([c[0], c[n - 1], c[n], c[2 * n - 1]]).toEqual([Number.NaN, Number.NaN, n, Infinity]);
  });

  test('transposes any extents', () => {
    refuseKernels(refuse);
    fc.assert(
      fc.property(extent, extent, (rows, columns) => {
        const kernels = recurrentKernels();
        const heap = kernels.reserve(2 * rows * columns + 1);
        place(heap, 0, rows, columns, false, 0);
        const to = rows * columns;
        heap[2 * to] = 42;
        kernels.transpose(0, rows, columns, to);
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) expect(heap[to + j * rows + i]).toBe(element(i, j));
        }
        expect(heap[2 * to]).toBe(42);
      }),
    );
  });

  test('keeps what the heap held when it grows', () => {
    refuseKernels(refuse);
    const kernels = recurrentKernels();
    const before = kernels.reserve(10);
    before.set([1, 2, 3]);
    const after = kernels.reserve(before.length + 100_000);
    expect(after.length).toBeGreaterThanOrEqual(before.length + 100_000);
    expect([...after.subarray(0, 3)]).toEqual([1, 2, 3]);
  });

  test('does not grow for what it already holds, over 10,000 calls', () => {
    refuseKernels(refuse);
    const kernels = recurrentKernels();
    const heap = kernels.reserve(1000);
    for (let i = 0; i < 10_000; i++) kernels.reserve(1000);
    expect(kernels.reserve(1000)).toBe(heap);
  });
});

test('packing fills panels of eight columns up', () => {
  expect([packedLength(3, 8), packedLength(3, 9), packedLength(0, 5)]).toEqual([24, 48, 0]);
});
