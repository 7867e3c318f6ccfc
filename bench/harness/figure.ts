import type { Bench } from './measure.js';

/** A bench whose results are no comparisons, or not all of them. */
export interface FigureBench extends Bench {
  figures(): AsyncIterable<BenchFigure>;
}

/** One line of the result: a number, and what it must not exceed or fall below. */
export interface BenchFigure {
  readonly bench: string;
  readonly case: string;
  readonly figure: number;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** The figure in words. */
export function figureText({ case: name, figure, unit, atMost, atLeast }: BenchFigure): string {
  const bounds = [
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
  ];
  return `${name}: ${figure} ${unit}${bounds.length > 0 ? ` (${bounds.join(', ')})` : ''}`;
}

/** Whether the number keeps its bounds. */
export const keepsBounds = ({ figure, atMost = figure, atLeast = figure }: BenchFigure): boolean =>
  figure <= atMost && figure >= atLeast;
