// One time step of an LSTM, element by element. Gates lie side by side in a row: input, forget, candidate, output, each
// `width` bytes wide, a multiple of 32. States are rows of one width.

import { gate4, gateSlope4, tanh4 } from './curves';
import { sum2 } from './lanes';

/**
 * Activates the gates in place and takes the step: c = f c' + i g, h = o tanh c. Rows whose mask is 0 keep the states of
 * the step before.
 *
 * @param mask - One float for each row; 0 for none.
 */
export function lstmForward(
  z: usize, cBefore: usize, hBefore: usize, mask: usize, c: usize, h: usize, rows: i32, width: usize, hard: i32,
): void {
  for (let row = 0; row < rows; row++) {
    if (mask && load<f32>(mask + (row << 2)) == 0) {
      memory.copy(c, cBefore, width);
      memory.copy(h, hBefore, width);
    } else {
      for (let at: usize = 0; at < width; at += 16) {
        let zi = z + at, zf = zi + width, zg = zf + width, zo = zg + width;
        let i = gate4(v128.load(zi), hard), f = gate4(v128.load(zf), hard);
        let g = tanh4(v128.load(zg)), o = gate4(v128.load(zo), hard);
        v128.store(zi, i);
        v128.store(zf, f);
        v128.store(zg, g);
        v128.store(zo, o);
        let memory4 = f32x4.add(f32x4.mul(f, v128.load(cBefore + at)), f32x4.mul(i, g));
        v128.store(c + at, memory4);
        v128.store(h + at, f32x4.mul(o, tanh4(memory4)));
      }
    }
    z += 4 * width;
    cBefore += width;
    hBefore += width;
    c += width;
    h += width;
  }
}

/**
 * Turns activated gates into dL/dz in place, and dc from what later steps say into what this one says to the step before.
 * `dh` holds dL/dh, and afterwards what of it goes to the step before unchanged: that of masked rows.
 *
 * @returns The sum of squares of dL/dc, which is known only in between.
 */
export function lstmBackward(
  z: usize, cBefore: usize, c: usize, mask: usize, dh: usize, dc: usize, rows: i32, width: usize, hard: i32,
): f64 {
  let one = f32x4.splat(1), zero = f32x4.splat(0);
  let squares = f64x2.splat(0);
  for (let row = 0; row < rows; row++) {
    let masked = mask && load<f32>(mask + (row << 2)) == 0;
    if (masked) memory.fill(z, 0, 4 * width);
    for (let at: usize = 0; at < width; at += 16) {
      let total = v128.load(dc + at);
      if (!masked) {
        let zi = z + at, zf = zi + width, zg = zf + width, zo = zg + width;
        let i = v128.load(zi), f = v128.load(zf), g = v128.load(zg), o = v128.load(zo);
        let t = tanh4(v128.load(c + at)), d = v128.load(dh + at);
        total = f32x4.add(total, f32x4.mul(f32x4.mul(d, o), f32x4.sub(one, f32x4.mul(t, t))));
        v128.store(zi, f32x4.mul(f32x4.mul(total, g), gateSlope4(i, hard)));
        v128.store(zf, f32x4.mul(f32x4.mul(total, v128.load(cBefore + at)), gateSlope4(f, hard)));
        v128.store(zg, f32x4.mul(f32x4.mul(total, i), f32x4.sub(one, f32x4.mul(g, g))));
        v128.store(zo, f32x4.mul(f32x4.mul(d, t), gateSlope4(o, hard)));
        v128.store(dc + at, f32x4.mul(total, f));
        v128.store(dh + at, zero);
      }
      let low = f64x2.promote_low_f32x4(total);
      let high = f64x2.promote_low_f32x4(i32x4.shuffle(total, total, 2, 3, 2, 3));
      squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    }
    z += 4 * width;
    cBefore += width;
    c += width;
    dh += width;
    dc += width;
  }
  return sum2(squares);
}
