import { A, CONSTANTS, LIST, TABLES, TABLE_BYTES, TOTALS, TOTALS_BYTES } from './memory';
import { accumulate, high, sum2, sum4 } from './lanes';

const INFINITY_BITS: i32 = 0x7f800000;
const NAN_BITS: i32 = 0x7fc00000;
const NEGATIVE_ZERO_BITS: i32 = 0x80000000;
// Bins by the top bits of zeros, and the first of the two of infinities and NaN; the latter are mirrored too.
const POSITIVE_ZERO_BIN: usize = 0;
const NEGATIVE_ZERO_BIN: usize = 512;
const NON_FINITE_BINS: usize = 510;

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
 * `listBins` takes these out again, which is cheaper than a branch here.
 */
export function measureAndBin(count: i32): void {
  let end = A + ((count & ~3) << 2);
  if (!pass(A, end, false, true)) maskedPass(A, end);
  else if (zerosBinned()) countZeros(A, end);
  tail(end, count & 3);
  for (let at = end; at < A + (count << 2); at += 4) bin(at, 0);
}

/**
 * Lists the bins that hold anything but zeros, infinities and NaN, each with its index and its count, in that order, and
 * empties the tables. Nearly all are empty: from outside a thousand looks would take longer than to count a bias.
 *
 * @returns How many there are.
 */
export function listBins(): i32 {
  let negativeZeros = <u32>load<f64>(TOTALS, 48);
  takeOut(POSITIVE_ZERO_BIN, <u32>load<f64>(TOTALS, 40) - negativeZeros);
  takeOut(NEGATIVE_ZERO_BIN, negativeZeros);
  forget(NON_FINITE_BINS);
  forget(NEGATIVE_ZERO_BIN + NON_FINITE_BINS);
  let end = LIST, least = <f32>load<f64>(TOTALS, 24), largest = <f32>load<f64>(TOTALS, 32);
  if (largest > 0) end = listUpTo(largest, 0, end);
  if (least < 0) end = listUpTo(least, NEGATIVE_ZERO_BIN, end);
  return <i32>((end - LIST) >>> 3);
}

/** Lists the bins of numbers that are no farther from zero than `farthest`, of the sign whose bins begin at `first`. */
function listUpTo(farthest: f32, first: usize, end: usize): usize {
  let last = <usize>(reinterpret<u32>(farthest) >>> 22);
  for (let bin = first; bin <= last; bin += 4) {
    let at = TABLES + (bin << 2);
    let counts = i32x4.add(v128.load(at), v128.load(at, TABLE_BYTES));
    counts = i32x4.add(counts, v128.load(at, 2 * TABLE_BYTES));
    counts = i32x4.add(counts, v128.load(at, 3 * TABLE_BYTES));
    if (!v128.any_true(counts)) continue;
    for (let table: usize = 0; table < 4; table++) v128.store(at + table * TABLE_BYTES, i32x4.splat(0));
    end = list(end, <u32>bin, i32x4.extract_lane(counts, 0));
    end = list(end, <u32>bin + 1, i32x4.extract_lane(counts, 1));
    end = list(end, <u32>bin + 2, i32x4.extract_lane(counts, 2));
    end = list(end, <u32>bin + 3, i32x4.extract_lane(counts, 3));
  }
  return end;
}

// @ts-ignore: decorator
@inline
function list(at: usize, bin: u32, count: i32): usize {
  if (count == 0) return at;
  store<u32>(at, bin);
  store<u32>(at, <u32>count, 4);
  return at + 8;
}

/** Leaves the rest of a bin in the first table. */
function takeOut(bin: usize, count: u32): void {
  let at = TABLES + (bin << 2), rest = load<u32>(at) - count;
  for (let table: usize = 1; table < 4; table++) {
    rest += load<u32>(at + table * TABLE_BYTES);
    store<u32>(at + table * TABLE_BYTES, 0);
  }
  store<u32>(at, rest);
}

/** Empties two neighbouring bins in every table. */
function forget(bin: usize): void {
  for (let table: usize = 0; table < 4; table++) store<u64>(TABLES + table * TABLE_BYTES + (bin << 2), 0);
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
