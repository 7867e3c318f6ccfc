/** The mean of numbers as they come. */
export interface Mean {
  sum: number;
  count: number;
}

/** What one layer did in the steps of one column. */
export interface LayerCell {
  /** Of log10 of the gradient norm, where that is finite. */
  readonly gradient: Mean;
  /** Of log10 of the update ratio, where that is finite. */
  readonly update: Mean;
  readonly dead: Mean;
  readonly saturated: Mean;
  /** Steps whose gradient norm was NaN, infinite or 0. */
  nans: number;
  infinite: number;
  zeros: number;
}

export function emptyCell(): LayerCell {
  return {
    gradient: { sum: 0, count: 0 },
    update: { sum: 0, count: 0 },
    dead: { sum: 0, count: 0 },
    saturated: { sum: 0, count: 0 },
    nans: 0,
    infinite: 0,
    zeros: 0,
  };
}

/** Takes a number into a mean, unless it is none. */
export function average(mean: Mean, value: number | null | undefined): void {
  if (value === null || value === undefined || !Number.isFinite(value)) return;
  mean.sum += value;
  mean.count++;
}

/** The mean to four digits, `null` of nothing. */
export function meanOf({ sum, count }: Mean): number | null {
  return count === 0 ? null : shorter(sum / count);
}

/**
 * To four digits: more cannot be seen, and every one is written once a cell. Numbers of everyday size, as logarithms are, without
 * the way through a string that takes ten times as long; a live page does it thousands of times a second.
 */
export function shorter(value: number): number {
  const size = Math.abs(value);
  if (size < 0.001 || !(size < 1000)) return Number(value.toPrecision(4));
  // Powers of ten that floats hold exactly, so that the quotient is the float nearest to the decimal.
  const scale =
    size < 0.01 ? 1e6 : size < 0.1 ? 1e5 : size < 1 ? 1e4 : size < 10 ? 1e3 : size < 100 ? 100 : 10;
  return Math.round(value * scale) / scale;
}

export function mergeMeans(into: Mean, from: Mean): void {
  into.sum += from.sum;
  into.count += from.count;
}

export function mergeCells(into: LayerCell, from: LayerCell): void {
  mergeMeans(into.gradient, from.gradient);
  mergeMeans(into.update, from.update);
  mergeMeans(into.dead, from.dead);
  mergeMeans(into.saturated, from.saturated);
  into.nans += from.nans;
  into.infinite += from.infinite;
  into.zeros += from.zeros;
}
