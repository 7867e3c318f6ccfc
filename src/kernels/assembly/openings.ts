// How far gates open. Of each gate: its sum over a row in float32, over all rows in float64, and a count of openings farther than
// 0.45 from a half. In a loop of its own for each gate: within that of a step, the sums would not fit into the registers.

import { high, sum2, sum4 } from './lanes';

/** Where the openings of one gate are summed up: two float64, then four int32. */
export const OPENINGS: usize = 32;

/** Adds a row of a gate, whose width is a multiple of 32. */
// @ts-ignore: decorator
@inline
export function addOpenings(to: usize, gate: usize, width: usize): void {
  let half = f32x4.splat(0.5), far = f32x4.splat(0.2025);
  let sumA = f32x4.splat(0), sumB = sumA, countsA = v128.load(to, 16), countsB = i32x4.splat(0);
  for (let at: usize = 0; at < width; at += 32) {
    let a = v128.load(gate + at), b = v128.load(gate + at, 16);
    sumA = f32x4.add(sumA, a);
    sumB = f32x4.add(sumB, b);
    let fromHalfA = f32x4.sub(a, half), fromHalfB = f32x4.sub(b, half);
    countsA = i32x4.sub(countsA, f32x4.lt(far, f32x4.mul(fromHalfA, fromHalfA)));
    countsB = i32x4.sub(countsB, f32x4.lt(far, f32x4.mul(fromHalfB, fromHalfB)));
  }
  let sum = f32x4.add(sumA, sumB);
  let wide = f64x2.add(f64x2.promote_low_f32x4(sum), f64x2.promote_low_f32x4(high(sum)));
  v128.store(to, f64x2.add(v128.load(to), wide));
  v128.store(to, i32x4.add(countsA, countsB), 16);
}

/** Turns what was summed up of a number of gates, one after the other, into a sum and a count of each, two floats; 0 behind them. */
export function closeOpenings(from: usize, gates: i32): void {
  let to = from, end = from + <usize>gates * OPENINGS;
  for (; from < end; from += OPENINGS, to += 8) {
    let total = sum2(v128.load(from)), count = sum4(v128.load(from, 16));
    store<f32>(to, <f32>total);
    store<f32>(to, <f32>count, 4);
  }
  memory.fill(to, 0, end - to);
}
