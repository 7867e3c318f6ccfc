import { type LayerCell, type Mean, meanOf } from './layer-cell.js';
import type { Grid, Line, Mark } from './picture.js';
import type { StepColumn } from './step-column.js';

/**
 * One number of every layer by column; `undefined` where no layer has it. A column that was not all numbers is marked by the
 * worst in it: NaN, then infinite, then 0 where there was nothing else.
 *
 * @param order - Layers as rows.
 */
export function gridOf(
  columns: readonly StepColumn[],
  order: readonly number[],
  mean: (cell: LayerCell) => Mean,
  kindOf: (cell: LayerCell) => Mark['kind'] | undefined = () => undefined,
): Grid | undefined {
  const rows: number[] = [];
  const values: Line[] = [];
  const marks: Mark[] = [];
  for (const layer of order) {
    const line: (number | null)[] = [];
    const kinds: (Mark['kind'] | undefined)[] = [];
    let isEmpty = true;
    // A live page comes by here for every layer and column of every chart, twice a second.
    for (const { cells } of columns) {
      const cell = cells[layer];
      const value = cell === undefined ? null : meanOf(mean(cell));
      const kind = cell === undefined ? undefined : kindOf(cell);
      line.push(value);
      kinds.push(kind);
      isEmpty &&= value === null && kind === undefined;
    }
    if (isEmpty) continue;
    for (const run of runsOf(kinds, rows.length)) marks.push(run);
    rows.push(layer);
    values.push(line);
  }
  return rows.length === 0 ? undefined : { rows, values, marks };
}

/** What kept a column's gradient norm from being a number. */
export function troubleOf({ nans, infinite, zeros, gradient }: LayerCell): Mark['kind'] | undefined {
  if (nans > 0) return 'nan';
  if (infinite > 0) return 'infinite';
  return zeros > 0 && gradient.count === 0 ? 'zero' : undefined;
}

function runsOf(kinds: readonly (Mark['kind'] | undefined)[], row: number): Mark[] {
  const runs: Mark[] = [];
  for (let column = 0; column < kinds.length; column++) {
    const kind = kinds[column];
    if (kind === undefined) continue;
    const last = runs.at(-1);
    if (last?.kind === kind && last.to === column - 1) runs[runs.length - 1] = { ...last, to: column };
    else runs.push({ row, from: column, to: column, kind });
  }
  return runs;
}
