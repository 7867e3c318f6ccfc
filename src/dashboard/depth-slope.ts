import { shorter } from './layer-cell.js';
import type { DepthSlope } from './picture.js';

/** log10 of the gradient norm of each layer at one step. */
export interface DepthProfile {
  readonly step: number;
  readonly norms: ReadonlyMap<number, number>;
}

/** Below that, a line through them says nothing. */
const fewestLayers = 3;

/**
 * The way of the gradient through the depth of the model, with the line of least squares through the first record;
 * `undefined` where depths are not known or fewer than three layers have a gradient.
 *
 * @param depths - By layer.
 */
export function depthSlope(
  first: DepthProfile | undefined,
  last: DepthProfile | undefined,
  depths: ReadonlyMap<number, number>,
): DepthSlope | undefined {
  if (first === undefined || last === undefined) return undefined;
  const points = [...depths]
    .filter(([layer]) => first.norms.has(layer) || last.norms.has(layer))
    .map(([layer, depth]) => ({
      layer,
      depth,
      first: finite(first.norms.get(layer)),
      last: finite(last.norms.get(layer)),
    }))
    .sort((a, b) => a.depth - b.depth);
  const line = lineThrough(
    points.flatMap(({ depth, first }) => (first === null ? [] : [[depth, first] as const])),
  );
  return line && { firstStep: first.step, lastStep: last.step, points, line };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? shorter(value) : null;
}

function lineThrough(points: readonly (readonly [x: number, y: number])[]): DepthSlope['line'] | undefined {
  if (points.length < fewestLayers) return undefined;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (spread === 0) return undefined;
  const perLayer = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  return { at: shorter(meanY - perLayer * meanX), perLayer: shorter(perLayer) };
}
