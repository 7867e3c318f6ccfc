import type { TensorStats } from '../record/run.js';
import type { HistogramGrid, LayerHistogram } from './picture.js';

/** Exponents of float32, the subnormal numbers' included. */
const octaves = 255;
/** Exponent field 0 stands for numbers below 2^-126. */
const lowestExponent = -127;

/** Histogram of one layer in the steps of one column. */
export interface OctaveCounts {
  readonly counts: Float64Array;
  elements: number;
  zeros: number;
  infinite: number;
  nans: number;
  /** What the page was last given, and what of. */
  shown?: {
    readonly elements: number;
    readonly low: number;
    readonly high: number;
    readonly shares: readonly number[];
  };
}

/** By layer. */
export type HistogramColumn = Map<number, OctaveCounts>;

export const emptyHistogramColumn = (): HistogramColumn => new Map();

/** Adds the histogram of one weight to its layer's; signs are left out. */
export function addHistogram(column: HistogramColumn, layer: number, stats: TensorStats): void {
  if (stats.histogram === undefined) return;
  const into = countsOf(column, layer);
  // 512 bins for each sign, two for each octave.
  for (const [index, count] of stats.histogram.bins) {
    const octave = (index % 512) >> 1;
    into.counts[octave] = (into.counts[octave] ?? 0) + count;
  }
  into.elements += stats.size;
  into.zeros += stats.zeros;
  into.infinite += stats.infs;
  into.nans += stats.nans;
}

export function mergeHistogramColumns(into: HistogramColumn, from: HistogramColumn): void {
  for (const [layer, other] of from) {
    const own = countsOf(into, layer);
    for (const [octave, count] of other.counts.entries())
      own.counts[octave] = (own.counts[octave] ?? 0) + count;
    own.elements += other.elements;
    own.zeros += other.zeros;
    own.infinite += other.infinite;
    own.nans += other.nans;
  }
}

/** The histograms as the page gets them; `undefined` where there is none. */
export function histogramGridOf(
  entries: readonly (readonly [start: number, column: HistogramColumn])[],
  columnWidth: number,
  order: readonly number[],
): HistogramGrid | undefined {
  const layers = order.flatMap((layer) => {
    const columns = entries.map(([, column]) => column.get(layer));
    return columns.every((counts) => counts === undefined) ? [] : [layerHistogram(layer, columns)];
  });
  if (layers.length === 0) return undefined;
  return { columns: entries.map(([start]) => start), columnWidth, layers };
}

function layerHistogram(layer: number, columns: readonly (OctaveCounts | undefined)[]): LayerHistogram {
  const [low, high] = filledOctaves(columns);
  return {
    layer,
    lowest: high < 0 ? 0 : low + lowestExponent,
    shares: columns.map((column) => (column === undefined ? [] : sharesOf(column, low, high))),
    elements: columns.map((column) => column?.elements ?? 0),
    zeros: columns.map((column) => column?.zeros ?? 0),
    infinite: columns.map((column) => column?.infinite ?? 0),
    nans: columns.map((column) => column?.nans ?? 0),
  };
}

/** The first and the last octave with any count in any column; above 0 and -1 without any. */
function filledOctaves(columns: readonly (OctaveCounts | undefined)[]): readonly [low: number, high: number] {
  let [low, high] = [octaves, -1];
  for (const column of columns) {
    if (column === undefined) continue;
    // From outside: what lies between is of no interest.
    for (let octave = 0; octave < low; octave++) if (column.counts[octave] !== 0) low = octave;
    for (let octave = octaves - 1; octave > high; octave--) if (column.counts[octave] !== 0) high = octave;
  }
  return [low, high];
}

/** A live page shows all columns twice a second, of which only the newest gets more elements. */
function sharesOf(column: OctaveCounts, low: number, high: number): readonly number[] {
  const { counts, elements, shown } = column;
  if (shown?.elements === elements && shown.low === low && shown.high === high) return shown.shares;
  const shares: number[] = [];
  for (let octave = low; octave <= high; octave++) {
    const count = counts[octave] ?? 0;
    shares.push(count === 0 ? 0 : Math.max(1, Math.round((1e4 * count) / elements)));
  }
  column.shown = { elements, low, high, shares };
  return shares;
}

function countsOf(column: HistogramColumn, layer: number): OctaveCounts {
  const known = column.get(layer);
  if (known !== undefined) return known;
  const made: OctaveCounts = {
    counts: new Float64Array(octaves + 1),
    elements: 0,
    zeros: 0,
    infinite: 0,
    nans: 0,
  };
  column.set(layer, made);
  return made;
}
