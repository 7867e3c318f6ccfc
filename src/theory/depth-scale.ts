/**
 * Turns a factor per layer into a number of layers: xi = -1 / ln(factor), the depth over which what is multiplied by
 * `factor` in each layer falls by e. Signals pass about six such depths.
 *
 * @param factor - Per layer, 0 or more; `chi` of {@link meanField} for squared gradients.
 * @returns Positive for decay; negative for growth, its size being the depth over which it grows by e; `Infinity` at 1; 0 at
 *   0.
 * @throws RangeError when `factor` is negative or NaN.
 * @remarks Source: arXiv 1611.01232, whose trainable depth is 6 xi.
 * @example
 * ```ts
 * import { theory } from 'gradient-health';
 *
 * // Xavier under ReLU halves squared gradients: -1 / ln(1/2).
 * console.log(theory.depthScale(0.5).toFixed(4));
 * // 1.4427
 * ```
 */
export function depthScale(factor: number): number {
  if (!(factor >= 0)) throw new RangeError(`depthScale: factor must be 0 or more, got ${factor}`);
  return factor === 1 ? Number.POSITIVE_INFINITY : -1 / Math.log(factor);
}
