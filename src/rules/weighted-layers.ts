import { fullNorm } from '../record/full-norm.js';
import { layerPath } from '../record/layer-path.js';
import type { LayerFacts, Run, StepRecord, VariableRecord } from '../record/run.js';
import { remember } from './remember.js';

/** A layer that has trainable weights, as far as records and facts tell. */
export interface WeightedLayer {
  readonly path: string;
  /** `null` where the model is not known. */
  readonly facts: LayerFacts | null;
  /** Record keys of its weight matrices. */
  readonly kernels: readonly string[];
  /** Record keys of its biases, scales and shifts, whose gradients say little about depth. */
  readonly vectors: readonly string[];
}

/** Names that tfjs gives to weights with one entry a unit. */
const vectorName = /^(bias|beta|gamma|alpha)(_\d+)?$/;

/** The layers in the newest record, by depth and then by path: the order of the record's keys does not matter. */
export const weightedLayers: (run: Run) => readonly WeightedLayer[] = remember((run) => {
  const known = new Map(run.model?.layers.map((layer) => [layer.path, layer]));
  const byPath = new Map<string, { facts: LayerFacts | null; kernels: string[]; vectors: string[] }>();
  for (const key of Object.keys(run.steps.at(-1)?.variables ?? {}).sort()) {
    const path = layerPath(key, (candidate) => known.has(candidate));
    const layer = byPath.get(path) ?? { facts: known.get(path) ?? null, kernels: [], vectors: [] };
    byPath.set(path, layer);
    (vectorName.test(key.slice(key.lastIndexOf('/') + 1)) ? layer.vectors : layer.kernels).push(key);
  }
  const layers = [...byPath].map(([path, layer]) => ({ path, ...layer }));
  return layers.sort((a, b) => (a.facts?.depth ?? 0) - (b.facts?.depth ?? 0) || (a.path < b.path ? -1 : 1));
});

/** Layers with weight matrices that no gradient reached in any record. */
export function withoutGradient(run: Run): readonly WeightedLayer[] {
  return weightedLayers(run).filter(
    ({ kernels }) =>
      kernels.length > 0 &&
      run.steps.every((record) => kernels.every((key) => !variableOf(record, key)?.gradient)),
  );
}

/** The record of a weight; keys such as `constructor` find nothing that is not there. */
export function variableOf(record: StepRecord, key: string): VariableRecord | undefined {
  return Object.hasOwn(record.variables, key) ? record.variables[key] : undefined;
}

/** Shape of a weight by its own name; empty where it is not known. */
export function shapeOf({ weights = {} }: LayerFacts, name: string): readonly number[] {
  return Object.hasOwn(weights, name) ? (weights[name] ?? []) : [];
}

/** L2 norm of the gradients of these weights together; `undefined` when none reached any of them. */
export function gradientNorm(record: StepRecord, keys: readonly string[]): number | undefined {
  let squares = 0;
  let seen = false;
  for (const key of keys) {
    const gradient = variableOf(record, key)?.gradient;
    if (!gradient) continue;
    seen = true;
    squares += fullNorm(gradient) ** 2;
  }
  return seen ? Math.sqrt(squares) : undefined;
}
