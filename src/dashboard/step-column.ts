import type { StepRecord } from '../record/run.js';
import {
  average,
  emptyCell,
  type LayerCell,
  type Mean,
  mergeCells,
  mergeMeans,
  shorter,
} from './layer-cell.js';
import type { Line, Range } from './picture.js';

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

/** A spread by column as the page gets it; `undefined` where nothing was measured. */
export function rangeOf(spreads: readonly Spread[]): Range | undefined {
  if (spreads.every(({ count, nonFinite }) => count === 0 && nonFinite === 0)) return undefined;
  const line = (value: (spread: Spread) => number): Line =>
    spreads.map((spread) => (spread.count === 0 ? null : shorter(value(spread))));
  return {
    least: line(({ least }) => least),
    mean: line(({ sum, count }) => sum / count),
    greatest: line(({ greatest }) => greatest),
    nonFinite: spreads.flatMap(({ nonFinite }, column) => (nonFinite > 0 ? [column] : [])),
  };
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
