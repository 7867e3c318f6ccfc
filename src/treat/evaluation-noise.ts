/** Evaluations that one estimate takes. */
export const NOISE_POINTS = 9;

/**
 * Relative moves to try, smallest first: a few units in the last place of float32, then what coarser devices need to
 * see a change at all. Beyond the last a function bends, and what is measured is no longer noise.
 */
export const NOISE_MOVES: readonly number[] = [2 ** -18, 2 ** -14, 2 ** -10, 2 ** -6];

/** Unit roundoff of float32: the noise of a single rounding. */
const UNIT_ROUNDOFF = 2 ** -24;

/**
 * Standard deviation of the rounding noise in equally spaced, very close values of a function: fourth differences remove
 * what is smooth, and sum(binomial(4, k)^2) = 70 relates what is left to the noise of one value.
 *
 * Source: Moré and Wild, "Estimating Computational Noise", SIAM J. Sci. Comput. 33 (2011), with a single difference order.
 */
export function noiseOf(values: ArrayLike<number>): number {
  let squares = 0;
  let count = 0;
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] ?? 0));
  for (let i = 0; i + 4 < values.length; i++) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = Array.prototype.slice.call(values, i, i + 5);
    squares += (a - 4 * b + 6 * c - 4 * d + e) ** 2 / 70;
    count++;
  }
  return Math.max(Math.sqrt(squares / Math.max(1, count)), UNIT_ROUNDOFF * largest);
}

/** Every number moved by `move` times its size in a fixed direction of mixed signs; a zero moves as 1 would. */
export function movedBy(move: number, values: Float32Array): Float32Array {
  // The sign bit of a Weyl sequence: no pattern that a layer's shape could cancel.
  return values.map((x, i) => x + move * (Math.abs(x) || 1) * (Math.imul(i, 0x9e3779b1) < 0 ? -1 : 1));
}
