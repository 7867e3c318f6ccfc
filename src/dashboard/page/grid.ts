import type { StepNews } from '../news.js';
import type { Grid, Line, Mark } from '../picture.js';

/**
 * One number of every layer by column; `undefined` where no layer has it.
 *
 * @param order - Layers as rows.
 * @param troubles - By column, then layer: what marks a cell.
 */
export function gridOf(
  order: readonly number[],
  lines: readonly (Line | undefined)[],
  troubles: readonly StepNews['trouble'][] = [],
): Grid | undefined {
  const rows: number[] = [];
  const values: Line[] = [];
  const marks: Mark[] = [];
  for (const layer of order) {
    const line = lines.map((column) => column?.[layer] ?? null);
    const kinds = troubles.map((column) => column?.[layer] ?? null);
    if (line.every((value) => value === null) && kinds.every((kind) => kind === null)) continue;
    marks.push(...runsOf(kinds, rows.length));
    rows.push(layer);
    values.push(line);
  }
  return rows.length === 0 ? undefined : { rows, values, marks };
}

function runsOf(kinds: readonly (Mark['kind'] | null)[], row: number): Mark[] {
  const runs: Mark[] = [];
  for (const [column, kind] of kinds.entries()) {
    if (kind === null) continue;
    const last = runs.at(-1);
    if (last?.kind === kind && last.to === column - 1) runs[runs.length - 1] = { ...last, to: column };
    else runs.push({ row, from: column, to: column, kind });
  }
  return runs;
}
