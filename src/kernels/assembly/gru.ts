// One time step of a GRU, element by element. Gates lie side by side in a row: update, reset, candidate, and with the reset
// after the product a fourth, what the hidden state says to the candidate; each `width` bytes wide, a multiple of 32. `gates`
// is 4 with the reset after the product, 3 with it before.

import { gate4, gateSlope4, tanh4 } from './curves';
import { addSquares, sum2 } from './lanes';
import { addOpenings, closeOpenings, OPENINGS } from './openings';

/** Activates update and reset gate in place. */
export function gruGates(z: usize, gates: i32, rows: i32, width: usize, hard: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < 2 * width; at += 16) {
      v128.store(z + at, gate4(v128.load(z + at), hard));
    }
    z += <usize>gates * width;
  }
}

/** `to` = r h, for a reset before the product. */
export function gruReset(z: usize, h: usize, to: usize, rows: i32, width: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < width; at += 16) {
      v128.store(to + at, f32x4.mul(v128.load(z + width + at), v128.load(h + at)));
    }
    z += 3 * width;
    h += width;
    to += width;
  }
}

/**
 * Activates the candidate in place and takes the step: h = z h' + (1 - z) n. Rows whose mask is 0 keep the state of the step
 * before.
 */
export function gruForward(
  z: usize, gates: i32, hBefore: usize, mask: usize, h: usize, rows: i32, width: usize,
): void {
  let one = f32x4.splat(1);
  for (let row = 0; row < rows; row++) {
    if (mask && load<f32>(mask + (row << 2)) == 0) {
      memory.copy(h, hBefore, width);
    } else {
      for (let at: usize = 0; at < width; at += 16) {
        let zr = z + width + at, zn = zr + width;
        let u = v128.load(z + at);
        let n = v128.load(zn);
        if (gates == 4) n = f32x4.add(n, f32x4.mul(v128.load(zr), v128.load(zn + width)));
        n = tanh4(n);
        v128.store(zn, n);
        v128.store(h + at, f32x4.add(f32x4.mul(u, v128.load(hBefore + at)), f32x4.mul(f32x4.sub(one, u), n)));
      }
    }
    z += <usize>gates * width;
    hBefore += width;
    h += width;
  }
}

/**
 * Takes steps again, from gates that are activated already: h to the last bit as `gruForward` left it. The rows may be those of
 * many time steps, one after the other.
 *
 * @param openings - Where those of update and reset gate are summed up, two floats each and room for six more; 0 for nowhere.
 */
export function gruReplay(
  z: usize, gates: i32, hBefore: usize, mask: usize, h: usize, openings: usize, rows: i32, width: usize,
): void {
  let one = f32x4.splat(1);
  if (openings) memory.fill(openings, 0, 2 * OPENINGS);
  for (let row = 0; row < rows; row++) {
    if (mask && load<f32>(mask + (row << 2)) == 0) {
      memory.copy(h, hBefore, width);
    } else {
      if (openings) {
        addOpenings(openings, z, width);
        addOpenings(openings + OPENINGS, z + width, width);
      }
      for (let at: usize = 0; at < width; at += 16) {
        let u = v128.load(z + at), n = v128.load(z + 2 * width + at);
        v128.store(h + at, f32x4.add(f32x4.mul(u, v128.load(hBefore + at)), f32x4.mul(f32x4.sub(one, u), n)));
      }
    }
    z += <usize>gates * width;
    hBefore += width;
    h += width;
  }
  if (openings) closeOpenings(openings, 2);
}

/**
 * Turns activated gates into dL/dz in place, but for a reset gate before the product, which `gruResetBackward` does. `dh`
 * holds dL/dh, and afterwards what of it goes to the step before without a product: z dL/dh, or all of it in masked rows.
 *
 * @param norms - Where the norm of dL/dh goes; 0 for nowhere.
 */
export function gruBackward(
  z: usize, gates: i32, hBefore: usize, mask: usize, dh: usize, norms: usize, rows: i32, width: usize, hard: i32,
): void {
  let one = f32x4.splat(1);
  let squares = f64x2.splat(0);
  for (let row = 0; row < rows; row++) {
    if (norms) {
      for (let at: usize = 0; at < width; at += 16) squares = addSquares(squares, v128.load(dh + at));
    }
    if (mask && load<f32>(mask + (row << 2)) == 0) {
      memory.fill(z, 0, <usize>gates * width);
    } else {
      for (let at: usize = 0; at < width; at += 16) {
        let zr = z + width + at, zn = zr + width;
        let u = v128.load(z + at), n = v128.load(zn), d = v128.load(dh + at);
        let dn = f32x4.mul(f32x4.mul(d, f32x4.sub(one, u)), f32x4.sub(one, f32x4.mul(n, n)));
        let du = f32x4.mul(f32x4.mul(d, f32x4.sub(v128.load(hBefore + at), n)), gateSlope4(u, hard));
        if (gates == 4) {
          let r = v128.load(zr);
          v128.store(zr, f32x4.mul(f32x4.mul(dn, v128.load(zn + width)), gateSlope4(r, hard)));
          v128.store(zn + width, f32x4.mul(dn, r));
        }
        v128.store(z + at, du);
        v128.store(zn, dn);
        v128.store(dh + at, f32x4.mul(d, u));
      }
    }
    z += <usize>gates * width;
    hBefore += width;
    dh += width;
  }
  if (norms) store<f32>(norms, <f32>Math.sqrt(sum2(squares)));
}

/**
 * The reset gate before the product: given p = dL/d(r h), writes dL/dr into its gate, r h into `to` and r p into p. In masked
 * rows r is already 0, and so is p.
 */
export function gruResetBackward(
  z: usize, h: usize, p: usize, to: usize, rows: i32, width: usize, hard: i32,
): void {
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < width; at += 16) {
      let zr = z + width + at;
      let r = v128.load(zr), d = v128.load(p + at), before = v128.load(h + at);
      v128.store(zr, f32x4.mul(f32x4.mul(d, before), gateSlope4(r, hard)));
      v128.store(to + at, f32x4.mul(r, before));
      v128.store(p + at, f32x4.mul(r, d));
    }
    z += 3 * width;
    h += width;
    p += width;
    to += width;
  }
}
