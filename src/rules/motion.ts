import type { LayerFacts, Run, StepRecord } from '../record/run.js';
import { shapeOf, variableOf, weightedLayers } from './weighted-layers.js';

/** Norm of one step's update of all weight matrices over their own norm; `undefined` where there is nothing to compare. */
export function updateRatio(run: Run, record: StepRecord): number | undefined {
  let [update, weight] = [0, 0];
  for (const { kernels } of weightedLayers(run)) {
    for (const key of kernels) {
      const { updateNorm = 0, weightNorm = 0 } = variableOf(record, key) ?? {};
      update += updateNorm ** 2;
      weight += weightNorm ** 2;
    }
  }
  const ratio = Math.sqrt(update / weight);
  return Number.isFinite(ratio) ? ratio : undefined;
}

/**
 * Update of the layer that moves most, over the norm of its weights or, where that is larger, {@link usualNorm}: weights that
 * start near 0 may well move by many times their norm.
 */
export function motion(run: Run, record: StepRecord): number | undefined {
  let most: number | undefined;
  for (const { kernels, facts } of weightedLayers(run)) {
    for (const key of kernels) {
      const { updateNorm = Number.NaN, weightNorm = Number.NaN } = variableOf(record, key) ?? {};
      const ratio = updateNorm / Math.max(weightNorm, usualNorm(facts, record, key));
      if (Number.isFinite(ratio) && ratio > (most ?? -1)) most = ratio;
    }
  }
  return most;
}

/** Norm of weights that keep the variance, sqrt(units); a variable without a layer has as many units as inputs. */
export function usualNorm(facts: LayerFacts | null, record: StepRecord, key: string): number {
  const units = facts
    ? (shapeOf(facts, key.slice(key.lastIndexOf('/') + 1)).at(-1) ?? 0)
    : Math.sqrt(variableOf(record, key)?.gradient?.size ?? 0);
  return Math.sqrt(units);
}

/** Of all finite values; `undefined` of none. */
export function median(values: readonly (number | undefined)[]): number | undefined {
  const sorted = values.filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  sorted.sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
