/**
 * Tells over how many time steps a gradient falls by the factor e on its way back through a sequence: the effective horizon
 * of a recurrent layer. What lies much farther back than that hardly teaches it anything.
 *
 * 1 / |slope|, slope being that of the straight line through ln ||dL/dh_t|| over the time steps, by least squares. `Infinity`
 * where the gradient does not fall towards the first step, `NaN` with fewer than two norms that are positive and finite; the
 * others are left out.
 *
 * @param norms - Of dL/dh_t or dL/dc_t, the first time step first, as `record.throughTime` has them. Where the loss is that of
 *   the last step alone, all of them tell of the past; else each includes what its own output is told.
 * @throws TypeError for what is no array.
 * @remarks Source: the rate of arXiv 1211.5063; the fit is a heuristic.
 * @example
 * ```ts
 * import { theory } from 'gradient-health';
 *
 * // Halved at every step back: 1 / ln 2 steps.
 * console.log(theory.gradientHorizon([0.125, 0.25, 0.5, 1]).toFixed(4));
 * // 1.4427
 * ```
 */
export function gradientHorizon(norms: readonly number[]): number {
  if (!Array.isArray(norms)) {
    throw new TypeError(`gradientHorizon: norms must be an array of numbers, got ${typeof norms}`);
  }
  const points = norms.flatMap((norm, time) =>
    norm > 0 && norm < Infinity ? [[time, Math.log(norm)] as const] : [],
  );
  if (points.length < 2) return Number.NaN;
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [time, log] = [mean(([at]) => at), mean(([, value]) => value)];
  const slope =
    mean(([at, value]) => (at - time) * (value - log)) / mean(([at]) => (at - time) * (at - time));
  return slope > 0 ? 1 / slope : Infinity;
}
