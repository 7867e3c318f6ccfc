import type { ThroughTimeRecord } from '../record/run.js';
import { shownText } from './label.js';
import { average, type Mean, meanOf, mergeMeans } from './layer-cell.js';
import { type RecurrentNews, rowWidthOf } from './news.js';
import type { Line } from './picture.js';

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

/**
 * The column as a page is told it.
 *
 * @param timeSteps - Longest sequence by layer, which decides how many time steps share a row.
 */
export function recurrentNews(
  start: number,
  column: RecurrentColumn,
  timeSteps: ReadonlyMap<number, number>,
): RecurrentNews {
  const layers = [...column].map(([layer, { hidden, cell, gates }]) => {
    const width = rowWidthOf(timeSteps.get(layer) ?? 0);
    return {
      layer,
      hidden: rowsOf(hidden, width),
      cell: rowsOf(cell, width),
      gates: [...gates].map(
        ([name, { mean, saturated }]) => [shownText(name), meanOf(mean), meanOf(saturated)] as const,
      ),
    };
  });
  return { start, layers };
}

function rowsOf(times: readonly Mean[], width: number): Line {
  return Array.from({ length: Math.ceil(times.length / width) }, (_, row) =>
    meanOf(together(times.slice(row * width, (row + 1) * width))),
  );
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
