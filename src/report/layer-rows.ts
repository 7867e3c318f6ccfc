import type { Run } from '../record/run.js';
import { type LayerNorms, layerNorms } from './layer-norms.js';

/** What the newest record says about one layer. */
export interface LayerRow extends LayerNorms {
  /**
   * Up to 1, the largest norm of the run's layers, on a log scale from 0: the smallest positive norm, or a thousandth of the
   * largest where all are closer, so that a little less does not look like next to nothing. `null` off that scale.
   */
  readonly level: number | null;
}

const leastSpan = Math.log(1000);

/** One row for each layer with weights, in depth order; without a model in the order of the record. */
export function layerRows(run: Run): readonly LayerRow[] {
  const depths = new Map(run.model?.layers.map(({ path, depth }) => [path, depth]));
  const last = run.steps.at(-1);
  const rows = last === undefined ? [] : layerNorms(last, (path) => depths.has(path));
  rows.sort((a, b) => (depths.get(a.path) ?? 0) - (depths.get(b.path) ?? 0));
  const logs = rows.map(({ gradientNorm }) => Math.log(gradientNorm ?? 0)).filter(Number.isFinite);
  const high = Math.max(...logs);
  const span = Math.max(leastSpan, high - Math.min(...logs));
  return rows.map((row) => {
    const log = Math.log(row.gradientNorm ?? 0);
    return { ...row, level: Number.isFinite(log) ? 1 - (high - log) / span : null };
  });
}
