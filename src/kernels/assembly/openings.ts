// How far gates open, summed up while they are at hand. Of each gate: its sum over a row in float32, over all rows in float64, and
// counts of openings farther than 0.45 from a half.

import { high, sum2, sum4 } from './lanes';

/** Counts those of four openings that are all but open or shut. */
// @ts-ignore: decorator
@inline
export function countSaturated(counts: v128, opening: v128): v128 {
  let away = f32x4.abs(f32x4.sub(opening, f32x4.splat(0.5)));
  return i32x4.sub(counts, f32x4.gt(away, f32x4.splat(0.45)));
}

/** Adds the sums of a row to those of all rows. */
// @ts-ignore: decorator
@inline
export function addRow(total: v128, row: v128): v128 {
  return f64x2.add(total, f64x2.add(f64x2.promote_low_f32x4(row), f64x2.promote_low_f32x4(high(row))));
}

/** Writes sum and count of a gate, two floats. */
export function storeOpenings(to: usize, total: v128, counts: v128): void {
  store<f32>(to, <f32>sum2(total));
  store<f32>(to, <f32>sum4(counts), 4);
}
