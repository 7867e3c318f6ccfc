// Rows of floats: moving them, and the arithmetic between the steps of a sequence. Addresses, strides and widths in bytes.

import { addSquares, sum2 } from './lanes';

/** TO [outer, inner, width] = FROM, each with strides of its own; a negative one goes backwards. */
export function copyRows(
  from: usize, fromOuter: usize, fromInner: usize, to: usize, toOuter: usize, toInner: usize,
  outer: i32, inner: i32, width: usize,
): void {
  for (let i = 0; i < outer; i++) {
    let source = from, target = to;
    for (let j = 0; j < inner; j++) {
      let at: usize = 0;
      for (; at + 16 <= width; at += 16) v128.store(target + at, v128.load(source + at));
      for (; at < width; at += 4) store<f32>(target + at, load<f32>(source + at));
      source += fromInner;
      target += toInner;
    }
    from += fromOuter;
    to += toOuter;
  }
}

/** Sets rows to 0 whose mask is 0. */
export function clearMasked(mask: usize, to: usize, rows: i32, width: usize): void {
  for (let row = 0; row < rows; row++) {
    if (load<f32>(mask + (row << 2)) == 0) memory.fill(to, 0, width);
    to += width;
  }
}

/** TO += sum of the rows. The width is a multiple of 16. */
export function addRows(from: usize, to: usize, rows: i32, width: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < width; at += 16) {
      v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
    }
    from += width;
  }
}

/** TO = X Y, element by element. The size is a multiple of 16. */
export function multiply(x: usize, y: usize, to: usize, size: usize): void {
  for (let at: usize = 0; at < size; at += 16) {
    v128.store(to + at, f32x4.mul(v128.load(x + at), v128.load(y + at)));
  }
}

/** Cuts elements to [-limit, limit]; NaN stays NaN. */
export function clipElements(x: usize, limit: f32, size: usize): void {
  let low = f32x4.splat(-limit), high = f32x4.splat(limit);
  for (let at: usize = 0; at < size; at += 16) {
    v128.store(x + at, f32x4.pmin(f32x4.pmax(v128.load(x + at), low), high));
  }
}

/** Sum of squares, in float64. */
function squares(x: usize, size: usize): f64 {
  let sum = f64x2.splat(0);
  for (let at: usize = 0; at < size; at += 16) sum = addSquares(sum, v128.load(x + at));
  return sum2(sum);
}

/** Multiplies each row of X, and the same one of Y unless that is 0, so that the norm of both together is at most `limit`. */
export function clipRows(x: usize, y: usize, limit: f64, rows: i32, width: usize): void {
  for (let row = 0; row < rows; row++) {
    let norm = Math.sqrt(squares(x, width) + (y ? squares(y, width) : 0));
    if (norm > limit) {
      let factor = f32x4.splat(<f32>(limit / norm));
      for (let at: usize = 0; at < width; at += 16) {
        v128.store(x + at, f32x4.mul(v128.load(x + at), factor));
        if (y) v128.store(y + at, f32x4.mul(v128.load(y + at), factor));
      }
    }
    x += width;
    if (y) y += width;
  }
}
