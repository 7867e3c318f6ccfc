import type { Finding } from '../../record/finding.js';
import type { RunFacts, StepRecord } from '../../record/run.js';
import { layerRows } from '../../report/layer-rows.js';
import type { LayerHistory } from './layer-table.js';
import { createRunSketch } from './run-sketch.js';

/** Columns of a sparkline, without that of the newest record. */
const columns = 32;

/** What the rows of a table need, gathered while training runs. */
export interface LayerHistories {
  add(facts: RunFacts, record: StepRecord): void;
  /** The layers in depth order, as `record` shows them. */
  rows(facts: RunFacts, record: StepRecord, findings: readonly Finding[]): LayerHistory[];
}

export function createLayerHistories(): LayerHistories {
  const sketch = createRunSketch<ReadonlyMap<string, number>>(columns);
  return {
    add(facts, record) {
      sketch.add(
        () =>
          new Map(
            layerRows({ ...facts, steps: [record] }).map(({ path, gradientNorm }) => [
              path,
              gradientNorm ?? 0,
            ]),
          ),
      );
    },
    rows: (facts, record, findings) =>
      layerRows({ ...facts, steps: [record] }).map((row) => ({
        ...row,
        gradientNorms: sketch.values.map((norms) => norms.get(row.path) ?? 0),
        rules: [...new Set(findings.filter(({ where }) => isOf(row.path, where)).map(({ rule }) => rule))],
      })),
  };
}

/** A finding is about a layer or about one of its weights. */
function isOf(path: string, where: string): boolean {
  return where === path || where.startsWith(`${path}/`);
}
