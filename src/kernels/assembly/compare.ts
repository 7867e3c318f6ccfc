import { A, B, TOTALS, TOTALS_BYTES } from './memory';
import { accumulate, high, sum2, sum4 } from './lanes';

/** Forgets the totals: squares of a, of b and of b - a, products, differing elements. */
export function startCompare(): void {
  memory.fill(TOTALS, 0, TOTALS_BYTES);
}

/** Adds the first `count` pairs of chunks A and B to the totals. */
export function compare(count: i32): void {
  let bytes = count << 2;
  // Padding of zeros adds nothing to any total.
  v128.store(A + bytes, i32x4.splat(0));
  v128.store(B + bytes, i32x4.splat(0));
  let aa0 = f64x2.splat(0), aa1 = aa0, bb0 = aa0, bb1 = aa0, dd0 = aa0, dd1 = aa0, ab0 = aa0, ab1 = aa0;
  let unequal = i32x4.splat(0);
  for (let at: usize = 0; at < <usize>bytes; at += 16) {
    let a = v128.load(A + at), b = v128.load(B + at);
    let bothNaN = v128.and(f32x4.ne(a, a), f32x4.ne(b, b));
    unequal = i32x4.sub(unequal, v128.andnot(f32x4.ne(a, b), bothNaN));
    let x = f64x2.promote_low_f32x4(a), y = f64x2.promote_low_f32x4(b), d = f64x2.sub(y, x);
    aa0 = f64x2.add(aa0, f64x2.mul(x, x));
    bb0 = f64x2.add(bb0, f64x2.mul(y, y));
    dd0 = f64x2.add(dd0, f64x2.mul(d, d));
    ab0 = f64x2.add(ab0, f64x2.mul(x, y));
    x = f64x2.promote_low_f32x4(high(a));
    y = f64x2.promote_low_f32x4(high(b));
    d = f64x2.sub(y, x);
    aa1 = f64x2.add(aa1, f64x2.mul(x, x));
    bb1 = f64x2.add(bb1, f64x2.mul(y, y));
    dd1 = f64x2.add(dd1, f64x2.mul(d, d));
    ab1 = f64x2.add(ab1, f64x2.mul(x, y));
  }
  accumulate(TOTALS, 0, sum2(f64x2.add(aa0, aa1)));
  accumulate(TOTALS, 1, sum2(f64x2.add(bb0, bb1)));
  accumulate(TOTALS, 2, sum2(f64x2.add(dd0, dd1)));
  accumulate(TOTALS, 3, sum2(f64x2.add(ab0, ab1)));
  accumulate(TOTALS, 4, sum4(unequal));
}
