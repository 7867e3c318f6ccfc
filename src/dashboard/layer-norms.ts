import { fullNorm } from '../record/full-norm.js';
import { layerPath } from '../record/layer-path.js';
import type { StepRecord, TensorStats } from '../record/run.js';
import { average, type LayerCell } from './layer-cell.js';

/** Layers by path, numbered as they turn up. */
export interface LayerIndex {
  readonly paths: readonly string[];
  indexOf(path: string): number;
  /** Of the layer that a weight belongs to. */
  ofKey(key: string): number;
}

/** @param isLayer - Whether the model has a layer of this path. */
export function createLayerIndex(isLayer: (path: string) => boolean): LayerIndex {
  const paths: string[] = [];
  const byPath = new Map<string, number>();
  const byKey = new Map<string, number>();
  const indexOf = (path: string): number => {
    const known = byPath.get(path);
    if (known !== undefined) return known;
    byPath.set(path, paths.length);
    return paths.push(path) - 1;
  };
  return {
    paths,
    indexOf,
    ofKey(key) {
      const known = byKey.get(key);
      if (known !== undefined) return known;
      const index = indexOf(layerPath(key, isLayer));
      byKey.set(key, index);
      return index;
    },
  };
}

/** Squared norms of a layer's weights in one step, summed up. */
export interface LayerSums {
  gradient: number;
  hasGradient: boolean;
  weight: number;
  update: number;
}

/**
 * Sums the weights of each layer up as one vector, by index of the layer. A run may hold ten million weights, so the sums of the
 * step before are used again.
 *
 * @param sums - Changed: of a layer that the record does not know, everything is 0.
 */
export function sumLayers(
  sums: LayerSums[],
  { variables }: StepRecord,
  layers: LayerIndex,
  withHistogram: (layer: number, gradient: TensorStats) => void,
): void {
  for (const sum of sums) {
    sum.gradient = 0;
    sum.hasGradient = false;
    sum.weight = 0;
    sum.update = 0;
  }
  for (const key of Object.keys(variables)) {
    const weight = variables[key];
    if (weight === undefined) continue;
    const layer = layers.ofKey(key);
    while (sums.length <= layer) sums.push({ gradient: 0, hasGradient: false, weight: 0, update: 0 });
    const own = sums[layer];
    if (own === undefined) continue;
    own.weight += weight.weightNorm * weight.weightNorm;
    own.update += weight.updateNorm * weight.updateNorm;
    const { gradient } = weight;
    if (gradient === null) continue;
    const norm = fullNorm(gradient);
    own.hasGradient = true;
    own.gradient += norm * norm;
    if (gradient.histogram !== undefined) withHistogram(layer, gradient);
  }
}

/** Takes one step of a layer into its cell. */
export function addSums(cell: LayerCell, { gradient, hasGradient, weight, update }: LayerSums): void {
  // Half the logarithm of the square is that of the norm; of 0 it is no finite number, and so left out.
  average(cell.update, Math.log10(update / weight) / 2);
  if (!hasGradient) return;
  if (Number.isNaN(gradient)) cell.nans++;
  else if (gradient === Number.POSITIVE_INFINITY) cell.infinite++;
  else if (gradient === 0) cell.zeros++;
  else average(cell.gradient, Math.log10(gradient) / 2);
}
