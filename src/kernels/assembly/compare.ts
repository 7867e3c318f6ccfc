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
  let aa = f64x2.splat(0), bb = aa, dd = aa, ab = aa;
  let unequal = i32x4.splat(0);
  for (let at: usize = 0; at < <usize>bytes; at += 16) {
    let a = v128.load(A + at), b = v128.load(B + at);
    let bothNaN = v128.and(f32x4.ne(a, a), f32x4.ne(b, b));
    unequal = i32x4.sub(unequal, v128.andnot(f32x4.ne(a, b), bothNaN));
    let x = f64x2.promote_low_f32x4(a), y = f64x2.promote_low_f32x4(b), d = f64x2.sub(y, x);
    let p = f64x2.promote_low_f32x4(high(a)), q = f64x2.promote_low_f32x4(high(b)), e = f64x2.sub(q, p);
    aa = f64x2.add(aa, f64x2.add(f64x2.mul(x, x), f64x2.mul(p, p)));
    bb = f64x2.add(bb, f64x2.add(f64x2.mul(y, y), f64x2.mul(q, q)));
    dd = f64x2.add(dd, f64x2.add(f64x2.mul(d, d), f64x2.mul(e, e)));
    ab = f64x2.add(ab, f64x2.add(f64x2.mul(x, y), f64x2.mul(p, q)));
  }
  accumulate(TOTALS, 0, sum2(aa));
  accumulate(TOTALS, 1, sum2(bb));
  accumulate(TOTALS, 2, sum2(dd));
  accumulate(TOTALS, 3, sum2(ab));
  accumulate(TOTALS, 4, sum4(unequal));
}

/** Adds the first `count` pairs of chunks A and B to the squares of a and of b - a, the latter rounded to float32. */
export function change(count: i32): void {
  let bytes = count << 2;
  v128.store(A + bytes, i32x4.splat(0));
  v128.store(B + bytes, i32x4.splat(0));
  let aa = f64x2.splat(0), dd = aa;
  for (let at: usize = 0; at < <usize>bytes; at += 16) {
    let d = f32x4.sub(v128.load(B + at), v128.load(A + at));
    let x = f64x2.promote_low_f32x4(v128.load64_zero(A + at)), y = f64x2.promote_low_f32x4(v128.load64_zero(A + at, 8));
    let p = f64x2.promote_low_f32x4(d), q = f64x2.promote_low_f32x4(high(d));
    aa = f64x2.add(aa, f64x2.add(f64x2.mul(x, x), f64x2.mul(y, y)));
    dd = f64x2.add(dd, f64x2.add(f64x2.mul(p, p), f64x2.mul(q, q)));
  }
  accumulate(TOTALS, 0, sum2(aa));
  accumulate(TOTALS, 2, sum2(dd));
}
