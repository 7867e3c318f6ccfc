/** A power of two, so that x plus a step is exact; truncation and rounding errors are both near 1e-11. */
const relativeStep = 2 ** -17;

/**
 * The derivative of any function, by differences of second order that avoid kinks: of the three neighbouring points left
 * of x, around it and right of it, those that lie straightest decide. On a kink, one of the two sides.
 */
export function numericalSlope(f: (x: number) => number): (x: number) => number {
  return (x) => {
    const step = relativeStep * 2 ** Math.max(0, Math.ceil(Math.log2(Math.abs(x))));
    const [a, b, c, d, e] = [f(x - 2 * step), f(x - step), f(x), f(x + step), f(x + 2 * step)];
    const bends = {
      left: Math.abs(a - 2 * b + c),
      around: Math.abs(b - 2 * c + d),
      right: Math.abs(c - 2 * d + e),
    };
    // Where all three are straight, the symmetric one is the most precise.
    if (bends.around <= 2 * Math.min(bends.left, bends.right)) return (d - b) / (2 * step);
    return (bends.left <= bends.right ? a - 4 * b + 3 * c : -3 * c + 4 * d - e) / (2 * step);
  };
}
