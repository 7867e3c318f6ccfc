import type { StepRecord } from '../record/run.js';
import { defined } from './defined.js';
import {
  average,
  emptyCell,
  type LayerCell,
  type Mean,
  meanOf,
  mergeCells,
  mergeMeans,
  shorter,
} from './layer-cell.js';
import type { SpreadNews, StepNews } from './news.js';
import type { Mark } from './picture.js';

/** Least, greatest and mean of the finite numbers, and a count of the others. */
export interface Spread extends Mean {
  least: number;
  greatest: number;
  nonFinite: number;
}

/** The steps of one column. */
export interface StepColumn {
  readonly cells: LayerCell[];
  readonly loss: Spread;
  readonly globalNorm: Spread;
  readonly watchShare: Mean;
  clipped: Mean;
  rejected: Mean;
}

export function emptyStepColumn(): StepColumn {
  return {
    cells: [],
    loss: emptySpread(),
    globalNorm: emptySpread(),
    watchShare: { sum: 0, count: 0 },
    clipped: { sum: 0, count: 0 },
    rejected: { sum: 0, count: 0 },
  };
}

/** Takes in what concerns the whole model. */
export function addStep(column: StepColumn, { loss, globalNorm, watchShare, clip }: StepRecord): void {
  if (loss !== null) spread(column.loss, loss);
  spread(column.globalNorm, globalNorm);
  average(column.watchShare, watchShare);
  if (clip === undefined) return;
  average(column.clipped, clip.fired ? 1 : 0);
  average(column.rejected, clip.accepted ? 0 : 1);
}

export function cellOf(column: StepColumn, layer: number): LayerCell {
  const known = column.cells[layer];
  if (known !== undefined) return known;
  const made = emptyCell();
  // Without a hole, so that the array stays a fast one.
  while (column.cells.length < layer) column.cells.push(emptyCell());
  column.cells[layer] = made;
  return made;
}

export function mergeStepColumns(into: StepColumn, from: StepColumn): void {
  for (const [layer, cell] of from.cells.entries()) mergeCells(cellOf(into, layer), cell);
  mergeSpreads(into.loss, from.loss);
  mergeSpreads(into.globalNorm, from.globalNorm);
  mergeMeans(into.watchShare, from.watchShare);
  mergeMeans(into.clipped, from.clipped);
  mergeMeans(into.rejected, from.rejected);
}

/** The column as a page is told it. */
export function stepNews(start: number, column: StepColumn): StepNews {
  const { cells, loss, globalNorm, watchShare, clipped, rejected } = column;
  return {
    start,
    ...defined({
      loss: spreadNews(loss),
      globalNorm: spreadNews(globalNorm),
      gradient: byLayer(cells, ({ gradient }) => meanOf(gradient)),
      update: byLayer(cells, ({ update }) => meanOf(update)),
      dead: byLayer(cells, ({ dead }) => meanOf(dead)),
      saturated: byLayer(cells, ({ saturated }) => meanOf(saturated)),
      trouble: byLayer(cells, troubleOf),
    }),
    watchShare: meanOf(watchShare),
    clipped: meanOf(clipped),
    rejected: meanOf(rejected),
  };
}

function byLayer<T>(
  cells: readonly LayerCell[],
  of: (cell: LayerCell) => T | null,
): (T | null)[] | undefined {
  const line = cells.map(of);
  return line.some((value) => value !== null) ? line : undefined;
}

/** What kept the gradient norm from being a number, by the worst in the column: NaN, then infinite, then 0 where there was nothing else. */
function troubleOf({ nans, infinite, zeros, gradient }: LayerCell): Mark['kind'] | null {
  if (nans > 0) return 'nan';
  if (infinite > 0) return 'infinite';
  return zeros > 0 && gradient.count === 0 ? 'zero' : null;
}

function spreadNews({ sum, count, least, greatest, nonFinite }: Spread): SpreadNews | undefined {
  if (count === 0) return nonFinite === 0 ? undefined : [null, null, null, nonFinite];
  return [shorter(least), shorter(sum / count), shorter(greatest), nonFinite];
}

function emptySpread(): Spread {
  return {
    sum: 0,
    count: 0,
    least: Number.POSITIVE_INFINITY,
    greatest: Number.NEGATIVE_INFINITY,
    nonFinite: 0,
  };
}

function spread(into: Spread, value: number): void {
  if (!Number.isFinite(value)) {
    into.nonFinite++;
    return;
  }
  average(into, value);
  into.least = Math.min(into.least, value);
  into.greatest = Math.max(into.greatest, value);
}

function mergeSpreads(into: Spread, from: Spread): void {
  mergeMeans(into, from);
  into.least = Math.min(into.least, from.least);
  into.greatest = Math.max(into.greatest, from.greatest);
  into.nonFinite += from.nonFinite;
}
