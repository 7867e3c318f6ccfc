import { BIN_COUNT } from '../kernels/measure.js';
import { FINITE, INFINITE, LARGEST, NAN, PAIR_COLUMNS, SUMS_COLUMNS } from './device-tables.js';

/** One program, run by `threads` invocations for each tile. */
export interface Code {
  /** Names the compiled program in the cache of the backend. */
  readonly key: string;
  /** WGSL, to stand behind {@link headWgsl}. */
  readonly text: string;
  readonly threads: number;
  /** Elements that a workgroup reduces. */
  readonly tile: number;
}

/** Elements of which a float32 counts exactly how many are in a bin. */
export const EXACT: number = 2 ** 24;

/**
 * What the programs share. States are told by bits: a shading language may assume that there is no NaN. Barriers stand
 * outside of every branch, as WGSL demands.
 */
export const headWgsl = (tile: number): string => `
  fn tileIndex() -> i32 {
    return i32((workgroupId.z * numWorkgroups.y + workgroupId.y) * numWorkgroups.x + workgroupId.x);
  }
  fn firstElement() -> i32 { return tileIndex() * ${tile} + i32(localId.x); }
  fn lastElement() -> i32 { return min((tileIndex() + 1) * ${tile}, uniforms.count); }
  fn bitsOf(x : f32) -> u32 { return bitcast<u32>(x) & 0x7fffffffu; }
  fn stateOf(x : f32) -> u32 {
    let bits = bitsOf(x);
    if (bits < 0x7f800000u) { return ${FINITE}u; }
    if (bits == 0x7f800000u) { return ${INFINITE}u; }
    return ${NAN}u;
  }
  fn finiteOr0(x : f32) -> f32 {
    if (stateOf(x) == ${FINITE}u) { return x; }
    return 0.0;
  }
  /** Numbers below the normal ones are 0 to many devices, and no divisor. */
  fn divisor(largest : f32) -> f32 {
    if (largest < 1.1754944e-38) { return 1.0; }
    return largest;
  }
`;

const THREADS = 64;

/** Fills the table that `sumsOfTable` reads. */
export const sumsCode: Code = {
  key: 'sums',
  threads: THREADS,
  tile: 64 * THREADS,
  text: `
  var<workgroup> ranges : array<vec3<f32>, ${THREADS}>;
  var<workgroup> counts : array<vec3<f32>, ${THREADS}>;
  var<workgroup> totals : array<vec3<f32>, ${THREADS}>;
  fn main(index : i32) {
    var range = vec3<f32>(0.0, ${LARGEST}, -${LARGEST});
    var count = vec3<f32>(0.0);
    for (var i = firstElement(); i < lastElement(); i = i + ${THREADS}) {
      let x = f32(A[i]);
      let state = stateOf(x);
      if (state == ${NAN}u) { count.y = count.y + 1.0; }
      else if (state == ${INFINITE}u) { count.z = count.z + 1.0; }
      else {
        if (bitsOf(x) == 0u) { count.x = count.x + 1.0; }
        range = vec3<f32>(max(range.x, abs(x)), min(range.y, x), max(range.z, x));
      }
    }
    ranges[localId.x] = range;
    counts[localId.x] = count;
    workgroupBarrier();
    range = ranges[0];
    for (var i = 1; i < ${THREADS}; i = i + 1) {
      let other = ranges[i];
      range = vec3<f32>(max(range.x, other.x), min(range.y, other.y), max(range.z, other.z));
    }
    let largest = divisor(range.x);
    var total = vec3<f32>(0.0);
    for (var i = firstElement(); i < lastElement(); i = i + ${THREADS}) {
      let scaled = finiteOr0(f32(A[i])) / largest;
      total = total + vec3<f32>(scaled, scaled * scaled, abs(scaled));
    }
    totals[localId.x] = total;
    workgroupBarrier();
    let row = tileIndex() * ${SUMS_COLUMNS};
    if (localId.x == 0u && row < uniforms.outShape) {
      for (var i = 1; i < ${THREADS}; i = i + 1) {
        total = total + totals[i];
        count = count + counts[i];
      }
      var numbers = array<f32, ${SUMS_COLUMNS}>(
        largest, total.x, total.y, total.z, range.y, range.z, count.x, count.y, count.z);
      for (var i = 0; i < ${SUMS_COLUMNS}; i = i + 1) { result[row + i] = numbers[i]; }
    }
  }`,
};

/** Fills the table that `pairOfTable` reads. */
export const pairCode: Code = {
  key: 'pair',
  threads: THREADS,
  tile: 64 * THREADS,
  text: `
  var<workgroup> ranges : array<vec4<f32>, ${THREADS}>;
  var<workgroup> states : array<vec3<u32>, ${THREADS}>;
  var<workgroup> totals : array<vec4<f32>, ${THREADS}>;
  /** Of b - a: infinities of one sign leave NaN, and finite numbers may be too far apart. */
  fn differenceState(a : f32, b : f32) -> u32 {
    let both = max(stateOf(a), stateOf(b));
    if (both == ${FINITE}u) { return stateOf(b - a); }
    if (stateOf(a) == ${INFINITE}u && bitcast<u32>(a) == bitcast<u32>(b)) { return ${NAN}u; }
    return both;
  }
  fn differs(a : f32, b : f32) -> bool {
    if (max(stateOf(a), stateOf(b)) == ${NAN}u) { return stateOf(a) != stateOf(b); }
    return bitcast<u32>(a) != bitcast<u32>(b) && max(bitsOf(a), bitsOf(b)) != 0u;
  }
  fn terms(a : f32, b : f32) -> vec3<f32> {
    var difference = 0.0;
    if (differenceState(a, b) == ${FINITE}u) { difference = b - a; }
    return vec3<f32>(finiteOr0(a), finiteOr0(b), difference);
  }
  fn main(index : i32) {
    var range = vec4<f32>(0.0);
    var state = vec3<u32>(${FINITE}u);
    for (var i = firstElement(); i < lastElement(); i = i + ${THREADS}) {
      let a = f32(A[i]);
      let b = f32(B[i]);
      range = vec4<f32>(max(range.xyz, abs(terms(a, b))), range.w);
      if (differs(a, b)) { range.w = range.w + 1.0; }
      state = max(state, vec3<u32>(stateOf(a), stateOf(b), differenceState(a, b)));
    }
    ranges[localId.x] = range;
    states[localId.x] = state;
    workgroupBarrier();
    range = ranges[0];
    for (var i = 1; i < ${THREADS}; i = i + 1) {
      range = vec4<f32>(max(range.xyz, ranges[i].xyz), range.w + ranges[i].w);
    }
    let largest = vec3<f32>(divisor(range.x), divisor(range.y), divisor(range.z));
    var total = vec4<f32>(0.0);
    for (var i = firstElement(); i < lastElement(); i = i + ${THREADS}) {
      let scaled = terms(f32(A[i]), f32(B[i])) / largest;
      total = total + vec4<f32>(scaled * scaled, scaled.x * scaled.y);
    }
    totals[localId.x] = total;
    workgroupBarrier();
    let row = tileIndex() * ${PAIR_COLUMNS};
    if (localId.x == 0u && row < uniforms.outShape) {
      for (var i = 1; i < ${THREADS}; i = i + 1) {
        total = total + totals[i];
        state = max(state, states[i]);
      }
      var numbers = array<f32, ${PAIR_COLUMNS}>(
        largest.x, total.x, largest.y, total.y, largest.z, total.z, total.w, range.w,
        f32(state.x), f32(state.y), f32(state.z));
      for (var i = 0; i < ${PAIR_COLUMNS}; i = i + 1) { result[row + i] = numbers[i]; }
    }
  }`,
};

/** Counts the elements of each tile that lie farther than `radius` from `center`. */
export const countBeyondCode: Code = {
  key: 'countBeyond',
  threads: THREADS,
  tile: 64 * THREADS,
  text: `
  var<workgroup> counts : array<f32, ${THREADS}>;
  fn main(index : i32) {
    var count = 0.0;
    for (var i = firstElement(); i < lastElement(); i = i + ${THREADS}) {
      let x = f32(A[i]);
      if (stateOf(x) != ${NAN}u && abs(x - uniforms.center) > uniforms.radius) { count = count + 1.0; }
    }
    counts[localId.x] = count;
    workgroupBarrier();
    if (localId.x == 0u && tileIndex() < uniforms.outShape) {
      for (var i = 1; i < ${THREADS}; i = i + 1) { count = count + counts[i]; }
      result[tileIndex()] = count;
    }
  }`,
};

const BIN_THREADS = 256;
const BIN_TILE = 64 * BIN_THREADS;

/** Counts bins, in memory of the workgroup first, where a popular bin is less crowded. */
export const binsCode: Code = {
  key: 'bins',
  threads: BIN_THREADS,
  tile: BIN_TILE,
  text: `
  var<workgroup> counts : array<atomic<i32>, ${BIN_COUNT}>;
  fn main(index : i32) {
    for (var i = firstElement(); i < lastElement(); i = i + ${BIN_THREADS}) {
      let x = f32(A[i]);
      if (stateOf(x) == ${FINITE}u && bitsOf(x) != 0u) { atomicAdd(&counts[bitcast<u32>(x) >> 22u], 1); }
    }
    workgroupBarrier();
    let first = tileIndex() / ${EXACT / BIN_TILE} * ${BIN_COUNT};
    for (var bin = i32(localId.x); bin < ${BIN_COUNT}; bin = bin + ${BIN_THREADS}) {
      let count = atomicLoad(&counts[bin]);
      if (count > 0) { atomicAdd(&result[first + bin], count); }
    }
  }`,
};
