import { A, CONSTANTS, TABLES, TABLE_BYTES, TOTALS, TOTALS_BYTES } from './memory';
import { accumulate, high, sum2, sum4 } from './lanes';

const INFINITY_BITS: i32 = 0x7f800000;
const NAN_BITS: i32 = 0x7fc00000;
const NEGATIVE_ZERO_BITS: i32 = 0x80000000;
const NEGATIVE_ZERO_BIN: usize = 512;

/** Forgets the totals: sum, squares, absolute sum, min, max, zeros, negative zeros (while binning), NaN, infinities. */
export function startMeasure(): void {
  memory.fill(TOTALS, 0, TOTALS_BYTES);
  store<f64>(TOTALS, Infinity, 24);
  store<f64>(TOTALS, -Infinity, 32);
  v128.store(CONSTANTS, i32x4.splat(0));
  v128.store(CONSTANTS, i32x4.splat(NEGATIVE_ZERO_BITS), 16);
  v128.store(CONSTANTS, i64x2.splat(0x7fffffffffffffff), 32);
}

/** Adds the first `count` floats of chunk A to the totals. */
export function measure(count: i32): void {
  let end = A + ((count & ~3) << 2);
  if (!pass(A, end, false, false)) maskedPass(A, end);
  tail(end, count & 3);
}

/**
 * Adds the first `count` floats of chunk A to the totals, and each of them to its bin, also zeros, infinities and NaN:
 * the caller takes these out again, which is cheaper than a branch here.
 */
export function measureAndBin(count: i32): void {
  let end = A + ((count & ~3) << 2);
  if (!pass(A, end, false, true)) maskedPass(A, end);
  else if (zerosBinned()) countZeros(A, end);
  tail(end, count & 3);
  for (let at = end; at < A + (count << 2); at += 4) bin(at, 0);
}

/** Adds the tables up in the first and empties the others. */
export function foldTables(): void {
  for (let at = TABLES; at < TABLES + TABLE_BYTES; at += 16) {
    let sum = i32x4.add(v128.load(at), v128.load(at, TABLE_BYTES));
    sum = i32x4.add(sum, v128.load(at, 2 * TABLE_BYTES));
    v128.store(at, i32x4.add(sum, v128.load(at, 3 * TABLE_BYTES)));
  }
  memory.fill(TABLES + TABLE_BYTES, 0, 3 * TABLE_BYTES);
}

/** The last one to three floats, filled up with NaN, of which only the count takes notice. */
function tail(at: usize, count: i32): void {
  if (count == 0) return;
  v128.store(at + (count << 2), i32x4.splat(NAN_BITS));
  maskedPass(at, at + 16);
  accumulate(TOTALS, 7, count - 4);
}

/** Whether a zero may be among what was binned: its bins hold also the smallest numbers. */
function zerosBinned(): bool {
  let found: u32 = 0;
  for (let table: usize = 0; table < 4; table++) {
    let at = TABLES + table * TABLE_BYTES;
    found |= load<u32>(at) | load<u32>(at, NEGATIVE_ZERO_BIN << 2);
  }
  return found != 0;
}

/** Adds zeros to the totals, in a pass of their own: most tensors have none, and need not be asked for every vector. */
function countZeros(start: usize, end: usize): void {
  let zero = v128.load(CONSTANTS), negativeZero = v128.load(CONSTANTS, 16);
  let zeros = i32x4.splat(0), negativeZeros = zeros;
  for (let at = start; at < end; at += 16) {
    let v = v128.load(at);
    zeros = i32x4.sub(zeros, f32x4.eq(v, zero));
    negativeZeros = i32x4.sub(negativeZeros, i32x4.eq(v, negativeZero));
  }
  accumulate(TOTALS, 5, sum4(zeros));
  accumulate(TOTALS, 6, sum4(negativeZeros));
}

// @ts-ignore: decorator
@inline
function bin(at: usize, table: usize): void {
  let slot = TABLES + table * TABLE_BYTES + ((<usize>load<u32>(at) >>> 22) << 2);
  store<u32>(slot, load<u32>(slot) + 1);
}

function maskedPass(start: usize, end: usize): void {
  pass(start, end, true, false);
}

/**
 * One pass over whole vectors. Unless `masked`, it takes all elements for finite, and gives up without touching the
 * totals when they are not: only then is the absolute sum not finite, as float64 holds that of any finite chunk.
 */
// @ts-ignore: decorator
@inline
function pass(start: usize, end: usize, masked: bool, binned: bool): bool {
  // From memory they stay in registers; the compiler would build literals anew for every vector.
  let zero = v128.load(CONSTANTS), negativeZero = v128.load(CONSTANTS, 16), withoutSign = v128.load(CONSTANTS, 32);
  let sums = f64x2.splat(0), squares = sums, sizes = sums;
  let min = f32x4.splat(Infinity), max = f32x4.splat(-Infinity);
  let zeros = i32x4.splat(0), negativeZeros = zeros, nans = zeros, infs = zeros;
  for (let at = start; at < end; at += 16) {
    let v = v128.load(at), lowest = v, highest = v;
    // Comparisons give -1 where they hold: subtracting counts.
    if (!binned) zeros = i32x4.sub(zeros, f32x4.eq(v, zero));
    if (masked) negativeZeros = i32x4.sub(negativeZeros, i32x4.eq(v, negativeZero));
    if (binned) {
      bin(at, 0);
      bin(at + 4, 1);
      bin(at + 8, 2);
      bin(at + 12, 3);
    }
    let x: v128, y: v128;
    if (masked) {
      let size = f32x4.abs(v), infinity = f32x4.splat(Infinity);
      let finite = f32x4.lt(size, infinity);
      nans = i32x4.sub(nans, f32x4.ne(v, v));
      infs = i32x4.sub(infs, i32x4.eq(size, i32x4.splat(INFINITY_BITS)));
      lowest = v128.bitselect(v, infinity, finite);
      highest = v128.bitselect(v, f32x4.neg(infinity), finite);
      v = v128.and(v, finite);
      x = f64x2.promote_low_f32x4(v);
      y = f64x2.promote_low_f32x4(high(v));
    } else {
      // Two more loads are cheaper than a shuffle.
      x = f64x2.promote_low_f32x4(v128.load64_zero(at));
      y = f64x2.promote_low_f32x4(v128.load64_zero(at, 8));
    }
    min = f32x4.pmin(min, lowest);
    max = f32x4.pmax(max, highest);
    sums = f64x2.add(sums, f64x2.add(x, y));
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(x, x), f64x2.mul(y, y)));
    sizes = f64x2.add(sizes, f64x2.add(v128.and(x, withoutSign), v128.and(y, withoutSign)));
  }
  let absSum = sum2(sizes);
  if (!masked && absSum - absSum != 0) return false;
  accumulate(TOTALS, 0, sum2(sums));
  accumulate(TOTALS, 1, sum2(squares));
  accumulate(TOTALS, 2, absSum);
  min = f32x4.pmin(min, high(min));
  max = f32x4.pmax(max, high(max));
  store<f64>(TOTALS, Math.min(load<f64>(TOTALS, 24), Math.min(f32x4.extract_lane(min, 0), f32x4.extract_lane(min, 1))), 24);
  store<f64>(TOTALS, Math.max(load<f64>(TOTALS, 32), Math.max(f32x4.extract_lane(max, 0), f32x4.extract_lane(max, 1))), 32);
  accumulate(TOTALS, 5, sum4(zeros));
  accumulate(TOTALS, 6, sum4(negativeZeros));
  if (masked) {
    accumulate(TOTALS, 7, sum4(nans));
    accumulate(TOTALS, 8, sum4(infs));
  }
  return true;
}
