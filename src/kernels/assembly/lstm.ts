// One time step of an LSTM, element by element. Gates lie side by side in a row: input, forget, candidate, output, each
// `width` bytes wide, a multiple of 32. States are rows of one width.

import { gate4, gateSlope4, tanh4 } from './curves';
import { addSquares, sum2 } from './lanes';
import { addOpenings, closeOpenings, OPENINGS } from './openings';

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
 * Takes steps again, from gates that are activated already: c and h to the last bit as `lstmForward` left them, and tanh c. The
 * rows may be those of many time steps, one after the other.
 *
 * @param openings - Where those of input, forget and output gate are summed up, two floats each and room for six more; 0 for nowhere.
 */
export function lstmReplay(
  z: usize, cBefore: usize, hBefore: usize, mask: usize, c: usize, h: usize, shown: usize, openings: usize,
  rows: i32, width: usize,
): void {
  if (openings) memory.fill(openings, 0, 3 * OPENINGS);
  for (let row = 0; row < rows; row++) {
    if (mask && load<f32>(mask + (row << 2)) == 0) {
      memory.copy(c, cBefore, width);
      memory.copy(h, hBefore, width);
    } else {
      if (openings) {
        addOpenings(openings, z, width);
        addOpenings(openings + OPENINGS, z + width, width);
        addOpenings(openings + 2 * OPENINGS, z + 3 * width, width);
      }
      for (let at: usize = 0; at < width; at += 16) {
        let zi = z + at, zf = zi + width, zg = zf + width, zo = zg + width;
        let i = v128.load(zi), f = v128.load(zf), o = v128.load(zo);
        let memory4 = f32x4.add(f32x4.mul(f, v128.load(cBefore + at)), f32x4.mul(i, v128.load(zg)));
        let t = tanh4(memory4);
        v128.store(c + at, memory4);
        v128.store(shown + at, t);
        v128.store(h + at, f32x4.mul(o, t));
      }
    }
    z += 4 * width;
    cBefore += width;
    hBefore += width;
    c += width;
    h += width;
    shown += width;
  }
  if (openings) closeOpenings(openings, 3);
}

/**
 * Turns activated gates into dL/dz in place, and dc from what later steps say into what this one says to the step before.
 * `dh` holds dL/dh, and afterwards what of it goes to the step before unchanged: that of masked rows.
 *
 * @param shown - tanh c.
 * @param norms - Where the norms of dL/dh and dL/dc go, two floats; 0 for nowhere.
 */
export function lstmBackward(
  z: usize, cBefore: usize, shown: usize, mask: usize, dh: usize, dc: usize, norms: usize,
  rows: i32, width: usize, hard: i32,
): void {
  let one = f32x4.splat(1), zero = f32x4.splat(0);
  let hiddenSquares = f64x2.splat(0), cellSquares = hiddenSquares;
  for (let row = 0; row < rows; row++) {
    let masked = mask && load<f32>(mask + (row << 2)) == 0;
    if (masked) memory.fill(z, 0, 4 * width);
    for (let at: usize = 0; at < width; at += 16) {
      let d = v128.load(dh + at), total = v128.load(dc + at);
      if (!masked) {
        let zi = z + at, zf = zi + width, zg = zf + width, zo = zg + width;
        let i = v128.load(zi), f = v128.load(zf), g = v128.load(zg), o = v128.load(zo);
        let t = v128.load(shown + at);
        total = f32x4.add(total, f32x4.mul(f32x4.mul(d, o), f32x4.sub(one, f32x4.mul(t, t))));
        v128.store(zi, f32x4.mul(f32x4.mul(total, g), gateSlope4(i, hard)));
        v128.store(zf, f32x4.mul(f32x4.mul(total, v128.load(cBefore + at)), gateSlope4(f, hard)));
        v128.store(zg, f32x4.mul(f32x4.mul(total, i), f32x4.sub(one, f32x4.mul(g, g))));
        v128.store(zo, f32x4.mul(f32x4.mul(d, t), gateSlope4(o, hard)));
        v128.store(dc + at, f32x4.mul(total, f));
        v128.store(dh + at, zero);
      }
      if (norms) {
        hiddenSquares = addSquares(hiddenSquares, d);
        cellSquares = addSquares(cellSquares, total);
      }
    }
    z += 4 * width;
    cBefore += width;
    shown += width;
    dh += width;
    dc += width;
  }
  if (norms) {
    store<f32>(norms, <f32>Math.sqrt(sum2(hiddenSquares)));
    store<f32>(norms, <f32>Math.sqrt(sum2(cellSquares)), 4);
  }
}
