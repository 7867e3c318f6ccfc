import { fullNorm } from '../record/full-norm.js';
import { layerPath } from '../record/layer-path.js';
import type { Run, VariableRecord } from '../record/run.js';

/** What the newest record says about one layer. */
export interface LayerRow {
  readonly path: string;
  /** L2 norm of the gradients of all its weights; `null` when none reached any. */
  readonly gradientNorm: number | null;
  /** L2 norm of the updates of all its weights over that of the weights. */
  readonly updateRatio: number;
  /** From 0 (the smallest positive norm of the run's layers) to 1 (the largest), on a log scale; `null` off that scale. */
  readonly level: number | null;
}

/** One row for each layer with weights, in depth order; without a model in the order of the record. */
export function layerRows(run: Run): readonly LayerRow[] {
  const depths = new Map(run.model?.layers.map(({ path, depth }) => [path, depth]));
  const weights = new Map<string, VariableRecord[]>();
  for (const [key, weight] of Object.entries(run.steps.at(-1)?.variables ?? {})) {
    const path = layerPath(key, (candidate) => depths.has(candidate));
    weights.set(path, [...(weights.get(path) ?? []), weight]);
  }
  const rows = [...weights].map(([path, records]) => ({
    path,
    gradientNorm: gradientNorm(records),
    updateRatio: ratio(
      Math.hypot(...records.map(({ updateNorm }) => updateNorm)),
      Math.hypot(...records.map(({ weightNorm }) => weightNorm)),
    ),
  }));
  rows.sort((a, b) => (depths.get(a.path) ?? 0) - (depths.get(b.path) ?? 0));
  const logs = rows.map(({ gradientNorm }) => Math.log(gradientNorm ?? 0)).filter(Number.isFinite);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  return rows.map((row) => {
    const log = Math.log(row.gradientNorm ?? 0);
    return { ...row, level: !Number.isFinite(log) ? null : high > low ? (log - low) / (high - low) : 1 };
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
