import { fullNorm } from '../record/full-norm.js';
import { layerPath } from '../record/layer-path.js';
import type { StepRecord, VariableRecord } from '../record/run.js';

/** The weights of one layer in one step, taken together. */
export interface LayerNorms {
  readonly path: string;
  /** L2 norm of the gradients of all its weights; `null` when none reached any. */
  readonly gradientNorm: number | null;
  /** L2 norm of all its weights. */
  readonly weightNorm: number;
  /** L2 norm of the updates of all its weights over that of the weights. */
  readonly updateRatio: number;
}

/** The layers with weights, in the order of the record. */
export function layerNorms({ variables }: StepRecord, isLayer: (path: string) => boolean): LayerNorms[] {
  const layers = new Map<string, VariableRecord[]>();
  for (const [key, weight] of Object.entries(variables)) {
    const path = layerPath(key, isLayer);
    const weights = layers.get(path);
    if (weights === undefined) layers.set(path, [weight]);
    else weights.push(weight);
  }
  return [...layers].map(([path, weights]) => {
    const weightNorm = Math.hypot(...weights.map((weight) => weight.weightNorm));
    const updateNorm = Math.hypot(...weights.map((weight) => weight.updateNorm));
    return {
      path,
      gradientNorm: gradientNorm(weights),
      weightNorm,
      updateRatio: ratio(updateNorm, weightNorm),
    };
  });
}

function gradientNorm(weights: readonly VariableRecord[]): number | null {
  const norms = weights.map(({ gradient }) => gradient).filter((gradient) => gradient !== null);
  if (norms.some(({ nans }) => nans > 0)) return Number.NaN;
  return norms.length === 0 ? null : Math.hypot(...norms.map(fullNorm));
}

/** As in records: 0 when nothing moved. */
function ratio(update: number, weight: number): number {
  return update === 0 ? 0 : update / weight;
}
