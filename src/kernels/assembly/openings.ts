// How far gates open, summed up row by row while the row is in cache. Of each gate there are two vectors: sums in float64, and
// counts of openings farther than 0.45 from a half.

import { BLOCK } from './gemm';
import { high, sum2, sum4 } from './lanes';

const BYTES: usize = 32;

/** Sets the sums of so many gates to 0. */
export function startOpenings(gates: usize): void {
  memory.fill(BLOCK, 0, gates * BYTES);
}

/** Adds one row of a gate. */
// @ts-ignore: decorator
@inline
export function addOpenings(gate: usize, values: usize, width: usize): void {
  let half = f32x4.splat(0.5), limit = f32x4.splat(0.45);
  let to = BLOCK + gate * BYTES;
  let sums = f32x4.splat(0), counts = v128.load(to, 16);
  for (let at: usize = 0; at < width; at += 16) {
    let s = v128.load(values + at);
    sums = f32x4.add(sums, s);
    counts = i32x4.sub(counts, f32x4.gt(f32x4.abs(f32x4.sub(s, half)), limit));
  }
  let row = f64x2.add(f64x2.promote_low_f32x4(sums), f64x2.promote_low_f32x4(high(sums)));
  v128.store(to, f64x2.add(v128.load(to), row));
  v128.store(to, counts, 16);
}

/** Writes sum and count of each gate, two floats. */
export function endOpenings(gates: usize, to: usize): void {
  for (let from = BLOCK, end = BLOCK + gates * BYTES; from < end; from += BYTES) {
    store<f32>(to, <f32>sum2(v128.load(from)));
    store<f32>(to, <f32>sum4(v128.load(from, 16)), 4);
    to += 8;
  }
}
