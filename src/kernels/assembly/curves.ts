// Sigmoid and tanh of four lanes, to about 1e-7. NaN stays NaN; there is no overflow.

/** e^x for |x| < 88, and the value at that limit beyond: 2^n times a polynomial of the rest (Cephes, expf). */
// @ts-ignore: decorator
@inline
function exp4(x: v128): v128 {
  // The pseudo-minimum is one instruction; with x in front it keeps NaN.
  x = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87.3)), f32x4.splat(88.3));
  // Adding 1.5 2^23 rounds to an integer, which then stands in the lowest bits.
  let shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), f32x4.splat(12582912));
  let n = f32x4.sub(shifted, f32x4.splat(12582912));
  // ln 2 in two parts, the first exact in few bits.
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  let power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(0x3f800000));
  return f32x4.mul(p, power);
}

/** The gates' activation: sigmoid, or clip(0.2 x + 0.5, 0, 1) where `hard` is not 0. */
// @ts-ignore: decorator
@inline
export function gate4(x: v128, hard: i32): v128 {
  let one = f32x4.splat(1);
  if (hard) {
    let line = f32x4.add(f32x4.mul(x, f32x4.splat(0.2)), f32x4.splat(0.5));
    return f32x4.pmin(f32x4.pmax(line, f32x4.splat(0)), one);
  }
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** Slope of the gates' activation where its value is s. */
// @ts-ignore: decorator
@inline
export function gateSlope4(s: v128, hard: i32): v128 {
  let one = f32x4.splat(1);
  if (hard) {
    let inside = v128.and(f32x4.gt(s, f32x4.splat(0)), f32x4.lt(s, one));
    return v128.and(inside, f32x4.splat(0.2));
  }
  return f32x4.mul(s, f32x4.sub(one, s));
}

/** tanh: a polynomial near 0, where the quotient of exponentials would cancel (Cephes, tanhf). */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  let one = f32x4.splat(1);
  let z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(2.06390887954e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-5.37397155531e-2));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(1.33314422036e-1));
  p = f32x4.add(f32x4.mul(p, z), f32x4.splat(-3.33332819422e-1));
  let near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  let e = exp4(f32x4.add(x, x));
  let far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(e, one)));
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), f32x4.splat(0.625)));
}
