import type { ThroughTimeRecord } from '../record/run.js';
import { shownText } from './label.js';
import { average, type Mean, meanOf, mergeMeans } from './layer-cell.js';
import type { Line, RecurrentPicture } from './picture.js';

/** Most rows of time; longer sequences share them. */
const mostRows = 64;

/** The gradient through time of one layer in the steps of one column. */
export interface Backward {
  /** By time step: of log10 of the norms. */
  readonly hidden: Mean[];
  readonly cell: Mean[];
  readonly gates: Map<string, { readonly mean: Mean; readonly saturated: Mean }>;
}

/** By layer. */
export type RecurrentColumn = Map<number, Backward>;

export const emptyRecurrentColumn = (): RecurrentColumn => new Map();

export function addThroughTime(column: RecurrentColumn, layer: number, record: ThroughTimeRecord): void {
  const into = backwardOf(column, layer);
  for (const [time, norm] of record.hiddenGradientNorms.entries())
    average(at(into.hidden, time), Math.log10(norm));
  for (const [time, norm] of (record.cellGradientNorms ?? []).entries()) {
    average(at(into.cell, time), Math.log10(norm));
  }
  for (const [name, { mean, saturatedShare }] of Object.entries(record.gates ?? {})) {
    const gate = gateOf(into, name);
    average(gate.mean, mean);
    average(gate.saturated, saturatedShare);
  }
}

export function mergeRecurrentColumns(into: RecurrentColumn, from: RecurrentColumn): void {
  for (const [layer, other] of from) {
    const own = backwardOf(into, layer);
    for (const [time, mean] of other.hidden.entries()) mergeMeans(at(own.hidden, time), mean);
    for (const [time, mean] of other.cell.entries()) mergeMeans(at(own.cell, time), mean);
    for (const [name, gate] of other.gates) {
      mergeMeans(gateOf(own, name).mean, gate.mean);
      mergeMeans(gateOf(own, name).saturated, gate.saturated);
    }
  }
}

/** The recurrent layers as the page gets them. */
export function recurrentPictures(
  entries: readonly (readonly [start: number, column: RecurrentColumn])[],
  columnWidth: number,
  order: readonly number[],
): RecurrentPicture[] {
  return order.flatMap((layer) => {
    const own = entries.flatMap(([start, column]) => {
      const backward = column.get(layer);
      return backward === undefined ? [] : [{ start, backward }];
    });
    if (own.length === 0) return [];
    const columns = own.map(({ backward }) => backward);
    const timeSteps = Math.max(...columns.map(({ hidden }) => hidden.length));
    const rowWidth = Math.max(1, Math.ceil(timeSteps / mostRows));
    const rows = (side: 'hidden' | 'cell'): readonly Line[] =>
      Array.from({ length: Math.ceil(timeSteps / rowWidth) }, (_, row) =>
        columns.map((backward) =>
          meanOf(together(backward[side].slice(row * rowWidth, (row + 1) * rowWidth))),
        ),
      );
    const names = [...new Set(columns.flatMap(({ gates }) => [...gates.keys()]))];
    return [
      {
        layer,
        columns: own.map(({ start }) => start),
        columnWidth,
        timeSteps,
        rowWidth,
        hidden: rows('hidden'),
        ...(columns.some(({ cell }) => cell.length > 0) && { cell: rows('cell') }),
        gates: names.map((name) => ({
          name: shownText(name),
          mean: columns.map(({ gates }) => meanOf(gates.get(name)?.mean ?? { sum: 0, count: 0 })),
          saturated: columns.map(({ gates }) => meanOf(gates.get(name)?.saturated ?? { sum: 0, count: 0 })),
        })),
      },
    ];
  });
}

function together(means: readonly Mean[]): Mean {
  const sum = { sum: 0, count: 0 };
  for (const mean of means) mergeMeans(sum, mean);
  return sum;
}

function at(means: Mean[], time: number): Mean {
  while (means.length <= time) means.push({ sum: 0, count: 0 });
  return means[time] ?? { sum: 0, count: 0 };
}

function gateOf({ gates }: Backward, name: string): { readonly mean: Mean; readonly saturated: Mean } {
  const known = gates.get(name);
  if (known !== undefined) return known;
  const made = { mean: { sum: 0, count: 0 }, saturated: { sum: 0, count: 0 } };
  gates.set(name, made);
  return made;
}

function backwardOf(column: RecurrentColumn, layer: number): Backward {
  const known = column.get(layer);
  if (known !== undefined) return known;
  const made = { hidden: [], cell: [], gates: new Map() };
  column.set(layer, made);
  return made;
}
