import type { Run } from '../record/run.js';
import { type LayerNorms, layerNorms } from './layer-norms.js';

/** What the newest record says about one layer. */
export interface LayerRow extends LayerNorms {
  /** From 0 (the smallest positive norm of the run's layers) to 1 (the largest), on a log scale; `null` off that scale. */
  readonly level: number | null;
}

/** One row for each layer with weights, in depth order; without a model in the order of the record. */
export function layerRows(run: Run): readonly LayerRow[] {
  const depths = new Map(run.model?.layers.map(({ path, depth }) => [path, depth]));
  const last = run.steps.at(-1);
  const rows = last === undefined ? [] : layerNorms(last, (path) => depths.has(path));
  rows.sort((a, b) => (depths.get(a.path) ?? 0) - (depths.get(b.path) ?? 0));
  const logs = rows.map(({ gradientNorm }) => Math.log(gradientNorm ?? 0)).filter(Number.isFinite);
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  return rows.map((row) => {
    const log = Math.log(row.gradientNorm ?? 0);
    return { ...row, level: !Number.isFinite(log) ? null : high > low ? (log - low) / (high - low) : 1 };
  });
}
