import type { TensorStats } from '../record/run.js';
import type { HistogramNews } from './news.js';

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

/** The column as a page is told it. */
export function histogramNews(start: number, column: HistogramColumn): HistogramNews {
  const layers = [...column.keys()];
  const counts = [...column.values()];
  const octavesOf = counts.map(filledOctaves);
  return {
    start,
    layers,
    lowest: octavesOf.map(([low, high]) => (high < 0 ? 0 : low + lowestExponent)),
    shares: counts.map((own, index) => sharesOf(own, octavesOf[index] ?? nothing)),
    elements: counts.map(({ elements }) => elements),
    zeros: counts.map(({ zeros }) => zeros),
    infinite: counts.map(({ infinite }) => infinite),
    nans: counts.map(({ nans }) => nans),
  };
}

type Octaves = readonly [low: number, high: number];
const nothing: Octaves = [octaves, -1];

/** The first and the last octave with any count. */
function filledOctaves({ counts }: OctaveCounts): Octaves {
  const low = counts.findIndex((count) => count > 0);
  if (low < 0) return nothing;
  let high = octaves - 1;
  while (counts[high] === 0) high--;
  return [low, high];
}

function sharesOf({ counts, elements }: OctaveCounts, [low, high]: Octaves): number[] {
  const shares: number[] = [];
  for (let octave = low; octave <= high; octave++) {
    const count = counts[octave] ?? 0;
    shares.push(count === 0 ? 0 : Math.max(1, Math.round((1e4 * count) / elements)));
  }
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
