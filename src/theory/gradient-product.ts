/**
 * Multiplies the factors that a gradient meets on its way back, step by step: why 1.1 explodes and 0.9 vanishes.
 *
 * Intermediate products neither overflow nor underflow; the result is 0 or infinite only where it cannot be a number. A
 * factor of 0 gives 0, NaN gives NaN.
 *
 * @param factors - One factor, or one for each step, such as the slopes times weights of layers, or the forget gates of an
 *   LSTM, whose product is what its memory cell keeps.
 * @param steps - How often all of them are passed; 0 or more.
 * @throws RangeError when `steps` is not an integer of 0 or more.
 * @remarks Source: arXiv 1211.5063 for recurrent nets.
 * @example
 * ```ts
 * import { theory } from 'gradient-health';
 *
 * console.log(theory.gradientProduct(1.1, 100).toFixed(1), theory.gradientProduct(0.9, 100).toExponential(2));
 * // 13780.6 2.66e-5
 *
 * // The forget gate of tfjs's LSTM starts at hardSigmoid(0) = 0.5: nothing is left after 50 steps.
 * console.log(theory.gradientProduct(0.5, 50).toExponential(1));
 * // 8.9e-16
 * ```
 */
export function gradientProduct(factors: number | readonly number[], steps = 1): number {
  if (!(Number.isInteger(steps) && steps >= 0)) {
    throw new RangeError(`gradientProduct: steps must be an integer of 0 or more, got ${steps}`);
  }
  if (steps === 0) return 1;
  let logarithm = 0;
  let sign = 1;
  for (const factor of [factors].flat()) {
    logarithm += Math.log(Math.abs(factor));
    if (factor < 0) sign = -sign;
  }
  return (steps % 2 === 0 ? 1 : sign) * Math.exp(steps * logarithm);
}
