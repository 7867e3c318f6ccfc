// Matrix products. Addresses and strides are in bytes.

/** Depth of a block: eight columns of it stay in L1 cache while all rows pass. */
const DEPTH: i32 = 256;
/** One packed block; whoever multiplies nothing may use it. */
export const BLOCK: usize = 0;
/** A tile on its way to fewer than eight columns. */
const TILE: usize = BLOCK + DEPTH * 32;
/** Where the caller's memory begins. */
export const HEAP: usize = TILE + 128;

/**
 * C += A B, with A [rows, inner], B [inner, columns] and C [rows, columns]. A and B have a stride for each axis, so that
 * swapping the two reads them transposed; the columns of C are adjacent.
 */
export function gemm(
  a: usize, aRow: usize, aInner: usize, b: usize, bInner: usize, bColumn: usize, c: usize, cRow: usize,
  rows: i32, columns: i32, inner: i32,
): void {
  for (let column = 0; column < columns; column += 8) {
    let width = min(8, columns - column);
    for (let k = 0; k < inner; k += DEPTH) {
      let depth = min(DEPTH, inner - k);
      packPanel(b + <usize>k * bInner + <usize>column * bColumn, bInner, bColumn, depth, width, BLOCK);
      multiplyBlock(a + <usize>k * aInner, aRow, aInner, BLOCK, c + (column << 2), cRow, rows, width, depth);
    }
  }
}

/** Packs B for `gemmPacked`, which spares packing it for every product: panels of eight columns, filled up with zeros. */
export function pack(b: usize, bInner: usize, bColumn: usize, inner: i32, columns: i32, to: usize): void {
  for (let column = 0; column < columns; column += 8) {
    packPanel(b + <usize>column * bColumn, bInner, bColumn, inner, min(8, columns - column), to);
    to += inner << 5;
  }
}

/** `gemm` with a B that `pack` has packed. */
export function gemmPacked(
  a: usize, aRow: usize, aInner: usize, packed: usize, c: usize, cRow: usize,
  rows: i32, columns: i32, inner: i32,
): void {
  for (let column = 0; column < columns; column += 8) {
    let width = min(8, columns - column);
    for (let k = 0; k < inner; k += DEPTH) {
      let depth = min(DEPTH, inner - k);
      multiplyBlock(a + <usize>k * aInner, aRow, aInner, packed, c + (column << 2), cRow, rows, width, depth);
      packed += depth << 5;
    }
  }
}

function packPanel(b: usize, bInner: usize, bColumn: usize, inner: i32, width: i32, to: usize): void {
  for (let end = to + (inner << 5); to < end; to += 32) {
    if (width == 8 && bColumn == 4) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
    } else {
      v128.store(to, i32x4.splat(0));
      v128.store(to, i32x4.splat(0), 16);
      for (let j = 0; j < width; j++) store<f32>(to + (j << 2), load<f32>(b + <usize>j * bColumn));
    }
    b += bInner;
  }
}

// @ts-ignore: decorator
@inline
function multiplyAdd(sum: v128, x: v128, y: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, y));
}

/** Adds a row's eight sums to C, or as many as C has columns. */
// @ts-ignore: decorator
@inline
function addRow(c: usize, left: v128, right: v128, width: i32): void {
  if (width == 8) {
    v128.store(c, f32x4.add(v128.load(c), left));
    v128.store(c, f32x4.add(v128.load(c, 16), right), 16);
  } else {
    addPart(c, left, right, width);
  }
}

function addPart(c: usize, left: v128, right: v128, width: i32): void {
  v128.store(TILE, left);
  v128.store(TILE, right, 16);
  for (let j = 0; j < (width << 2); j += 4) store<f32>(c + j, load<f32>(c + j) + load<f32>(TILE + j));
}

/** C += A times a packed block of at most eight columns: four rows at once, then the others one by one. */
function multiplyBlock(
  a: usize, aRow: usize, aInner: usize, block: usize, c: usize, cRow: usize, rows: i32, width: i32, depth: i32,
): void {
  let end = block + (depth << 5);
  let row = 0;
  for (; row + 3 < rows; row += 4) {
    let a0 = a, a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
    let l0 = f32x4.splat(0), r0 = l0, l1 = l0, r1 = l0, l2 = l0, r2 = l0, l3 = l0, r3 = l0;
    let offset: usize = 0;
    for (let b = block; b < end; b += 32) {
      let left = v128.load(b), right = v128.load(b, 16);
      let x = v128.load32_splat(a0 + offset);
      l0 = multiplyAdd(l0, x, left);
      r0 = multiplyAdd(r0, x, right);
      x = v128.load32_splat(a1 + offset);
      l1 = multiplyAdd(l1, x, left);
      r1 = multiplyAdd(r1, x, right);
      x = v128.load32_splat(a2 + offset);
      l2 = multiplyAdd(l2, x, left);
      r2 = multiplyAdd(r2, x, right);
      x = v128.load32_splat(a3 + offset);
      l3 = multiplyAdd(l3, x, left);
      r3 = multiplyAdd(r3, x, right);
      offset += aInner;
    }
    addRow(c, l0, r0, width);
    addRow(c + cRow, l1, r1, width);
    addRow(c + 2 * cRow, l2, r2, width);
    addRow(c + 3 * cRow, l3, r3, width);
    a += 4 * aRow;
    c += 4 * cRow;
  }
  for (; row < rows; row++) {
    let left = f32x4.splat(0), right = left;
    let offset: usize = 0;
    for (let b = block; b < end; b += 32) {
      let x = v128.load32_splat(a + offset);
      left = multiplyAdd(left, x, v128.load(b));
      right = multiplyAdd(right, x, v128.load(b, 16));
      offset += aInner;
    }
    addRow(c, left, right, width);
    a += aRow;
    c += cRow;
  }
}
