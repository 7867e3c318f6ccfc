import type { LayerFacts, Run } from '../record/run.js';
import { largestSlope } from './fading-advice.js';
import { fittingInitializer } from './fitting-initializer.js';
import { remember } from './remember.js';
import { variableOf } from './weighted-layers.js';

/** How a layer's weights began. */
export interface InitialWeights {
  readonly facts: LayerFacts;
  /** Length of the last axis of its kernel. */
  readonly units: number;
  /** Every element the same, and that number. */
  readonly constant: number | null;
  /** Factor on the root mean square of a signal: sqrt(fan-in x mean square of the weights). */
  readonly gain: number;
  /** The same over what keeps the variance for the activation, sqrt(2) for rectifiers, else 1. */
  readonly fit: number;
}

/**
 * The weight matrices of all layers but lookups, as they were before the first recorded step, in depth order; empty where
 * the beginning was not recorded. What a weight was filled with is told by its initialiser, unless its norm contradicts.
 */
export const initialWeights: (run: Run) => readonly InitialWeights[] = remember((run) => {
  const [first] = run.steps;
  const layers = [...(run.model?.layers ?? [])].sort(
    (a, b) => a.depth - b.depth || (a.path < b.path ? -1 : 1),
  );
  if (first === undefined || first.step !== 0) return [];
  return layers.flatMap((facts): InitialWeights[] => {
    const shape = facts.weights?.['kernel'];
    const size = shape?.reduce((product, length) => product * length, 1) ?? 0;
    if (shape === undefined || shape.length < 2 || size === 0) return [];
    const norm = variableOf(first, `${facts.path}/kernel`)?.weightNorm;
    const drawn = constantOf(facts.initializers?.['kernel'] ?? '');
    const meanSquare = norm === undefined ? (drawn ?? 1) ** 2 : norm ** 2 / size;
    const isDrawn =
      drawn !== null && Math.abs(Math.abs(drawn) - Math.sqrt(meanSquare)) <= 1e-3 * Math.abs(drawn);
    if (norm === undefined && drawn === null) return [];
    const units = shape.at(-1) ?? 1;
    const gain = Math.sqrt((size / units) * meanSquare);
    const wanted = fittingInitializer(facts.activation) === 'heNormal' ? Math.SQRT2 : 1;
    return [{ facts, units, constant: isDrawn ? drawn : null, gain, fit: gain / wanted }];
  });
});

/** The value that an initialiser fills a weight with, written as in `LayerFacts`; `null` where it draws. */
function constantOf(initializer: string): number | null {
  if (initializer === 'Zeros') return 0;
  if (initializer === 'Ones') return 1;
  const value = Number(/^Constant\(([^,)]+)\)/.exec(initializer)?.[1]);
  return Number.isFinite(value) ? value : null;
}

/** Of a difference between two samples, the share that reaches the output at most; 1 without sigmoids. */
export function differenceLeft(weights: readonly InitialWeights[]): number {
  const slopes = weights.map(({ facts }) =>
    facts.isOutput ? 1 : (largestSlope.get(facts.activation ?? '') ?? 1),
  );
  if (slopes.every((slope) => slope === 1)) return 1;
  return weights.reduce((left, { facts, gain }, i) => {
    const passed = facts.isOutput ? Math.min(1, gain) : gain;
    return left * passed * (slopes[i] ?? 1);
  }, 1);
}

/** Whether something in the model restores the scale of signals, or leads them around layers. */
export function keepsScale({ model }: Run): boolean {
  return (model?.layers ?? []).some(
    ({ className, inbound }) =>
      /Normalization|RmsNorm|GroupNorm|InstanceNorm|Residual/.test(className) ||
      (/^Add$|^Average$/.test(className) && inbound.length > 1),
  );
}

/** The layers with weights that read what a layer returns, whatever lies between. */
export function readersOf({ model }: Run, path: string): readonly LayerFacts[] {
  const found = new Set<LayerFacts>();
  const seen = new Set<string>([path]);
  const queue = [path];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const layer of model?.layers ?? []) {
      if (!layer.inbound.includes(at) || seen.has(layer.path)) continue;
      seen.add(layer.path);
      if (layer.weights?.['kernel']) found.add(layer);
      else queue.push(layer.path);
    }
  }
  return [...found];
}
