/** The upper half of a vector, twice. */
// @ts-ignore: decorator
@inline
export function high(v: v128): v128 {
  return i32x4.shuffle(v, v, 2, 3, 2, 3);
}

/** Sum of two float64 lanes. */
// @ts-ignore: decorator
@inline
export function sum2(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** Adds the squares of four float32 lanes to two float64 ones. */
// @ts-ignore: decorator
@inline
export function addSquares(sum: v128, v: v128): v128 {
  let low = f64x2.promote_low_f32x4(v), up = f64x2.promote_low_f32x4(high(v));
  return f64x2.add(sum, f64x2.add(f64x2.mul(low, low), f64x2.mul(up, up)));
}

/** Sum of four int32 lanes, as float64. */
// @ts-ignore: decorator
@inline
export function sum4(v: v128): f64 {
  let pairs = i32x4.add(v, high(v));
  return f64(i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1));
}

/** Adds to the `index`-th float64 at an address. */
// @ts-ignore: decorator
@inline
export function accumulate(address: usize, index: i32, value: f64): void {
  let at = address + (index << 3);
  store<f64>(at, load<f64>(at) + value);
}
