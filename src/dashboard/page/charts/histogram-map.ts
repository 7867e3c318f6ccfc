import * as Plot from '@observablehq/plot';
import type { HistogramGrid, LayerHistogram, Picture } from '../../picture.js';
import type { Chart } from '../chart.js';
import { fromLog, percent, plain, power } from '../numbers.js';
import { draw, stepAxis } from '../plot.js';
import { cells, colourKey } from '../raster.js';
import { middles, sampled, slotDomain, slots, stepDomain, stepText } from '../steps.js';

const log2of10 = Math.log2(10);
const gap = 0.5;

export const histogramMap: Chart = {
  id: 'histograms',
  title: 'Gradient histograms over time',
  howToRead:
    'Each column is a histogram of all gradient elements of one layer by their size, on a logarithmic axis: the colour is strongest where most of them ' +
    'are. A cloud that sinks is vanishing, one that climbs is exploding, one that spreads over many decades is learning unevenly. ' +
    'Elements that no logarithm can show have rows of their own below: exact zeros, infinite ones and NaN.',
  applies: ({ histograms }) => histograms !== undefined,
  draw({ picture, layer, width, theme }) {
    const grid: HistogramGrid = picture.histograms ?? { columns: [], columnWidth: 1, layers: [] };
    const own = chosen(grid, picture, layer);
    const name = picture.layers[own.layer]?.name ?? '';
    const octaves = Math.max(0, ...own.shares.map((line) => line.length));
    // In octaves: room for a line of text.
    const specialRow = Math.max(1, 0.075 * octaves);
    const most = Math.max(0, ...own.shares.flat()) / 1e4;
    const [x1, x2] = stepDomain(picture);
    const [first, last] = [own.lowest, own.lowest + octaves];
    const rows = Array.from({ length: octaves }, (_, row) =>
      // The strongest on top, as on the axis.
      grid.columns.map((_, column) => {
        const share = (own.shares[column]?.[octaves - 1 - row] ?? 0) / 1e4;
        return share === 0 ? null : share;
      }),
    );
    const specials = [
      { label: '0', counts: own.zeros, fill: 'var(--zero)' },
      { label: '∞', counts: own.infinite, fill: 'var(--infinite)' },
      { label: 'NaN', counts: own.nans, fill: 'var(--nan)' },
    ].map((special, index) => ({ ...special, y: first - gap - specialRow * (index + 1) }));
    const end = (column: number): number => grid.columns[column + 1] ?? x2;
    const decades = range(Math.ceil(first / log2of10), Math.floor(last / log2of10), 7);
    const columnsIn = slots(grid, x2);
    return {
      plot: draw({
        width,
        height: octaves === 0 ? 130 : 360,
        marginLeft: 56,
        x: { domain: [x1, x2] },
        y: { domain: [first - gap - specialRow * specials.length, last], axis: null },
        color: { type: 'sqrt', domain: [0, most || 1], interpolate: theme.ramp, clamp: true },
        marks: [
          Plot.axisY(decades, {
            y: (log: number) => log * log2of10,
            text: (log: number) => power(log),
            tickSize: 4,
            label: null,
          }),
          Plot.axisY(specials, {
            y: ({ y }: { y: number }) => y + specialRow / 2,
            text: 'label',
            tickSize: 0,
            label: null,
          }),
          stepAxis([x1, x2]),
          ...(octaves === 0 ? [] : [cells(rows, columnsIn, slotDomain(grid, columnsIn), [last, first])]),
          Plot.ruleY(specials, { y: ({ y }: { y: number }) => y + specialRow, stroke: 'var(--rule)' }),
          ...specials.map(({ counts, fill, y }) =>
            Plot.rect(
              [...counts.keys()].filter((column) => (counts[column] ?? 0) > 0),
              {
                x1: (column: number) => grid.columns[column],
                x2: end,
                y1: y + 0.15,
                // At least a visible sliver: one NaN among a million elements matters.
                y2: (column: number) =>
                  y +
                  0.15 +
                  (specialRow - 0.3) * Math.max(0.25, (counts[column] ?? 0) / (own.elements[column] ?? 1)),
                fill,
                shapeRendering: 'crispEdges',
              },
            ),
          ),
        ],
      }),
      takeaway: takeaway(grid, own, name),
      key: colourKey(
        theme,
        'share of the elements in an octave',
        most === 0 ? undefined : ['0 %', percent(most)],
        [],
      ),
      probe: {
        xs: middles(grid),
        ys: [
          ...range(own.lowest, last - 1, Number.POSITIVE_INFINITY)
            .map((octave) => octave + 0.5)
            .reverse(),
          ...specials.map(({ y }) => y + specialRow / 2),
        ],
        read: (column, row) => [name, reading(own, column, octaves, row), stepText(grid, column)],
      },
      table: () => ({
        head: ['', 'elements', 'exactly 0', 'infinite', 'NaN', 'smallest', 'median', 'largest'],
        rows: sampled(grid.columns.length, 40).map((column) => [
          stepText(grid, column),
          String(own.elements[column] ?? 0),
          String(own.zeros[column] ?? 0),
          String(own.infinite[column] ?? 0),
          String(own.nans[column] ?? 0),
          ...[0, 0.5, 1].map((q) => octaveAt(own, column, q)),
        ]),
      }),
    };
  },
};

/** The chosen layer, else that of the first finding, else the first. */
function chosen({ layers }: HistogramGrid, { findings }: Picture, layer: number | null): LayerHistogram {
  const wanted = [layer, ...findings.map((finding) => finding.layer)];
  const found = wanted
    .map((index) => layers.find((histogram) => histogram.layer === index))
    .find((histogram) => histogram !== undefined);
  const none: LayerHistogram = {
    layer: -1,
    lowest: 0,
    shares: [],
    elements: [],
    zeros: [],
    infinite: [],
    nans: [],
  };
  return found ?? layers[0] ?? none;
}

function reading(own: LayerHistogram, column: number, octaves: number, row: number): string {
  const count = (counts: readonly number[], what: string): string => {
    const share = (counts[column] ?? 0) / (own.elements[column] || 1);
    return `${counts[column] ?? 0} elements ${what} (${percent(share)})`;
  };
  if (row === octaves) return count(own.zeros, 'exactly 0');
  if (row === octaves + 1) return count(own.infinite, 'infinite');
  if (row === octaves + 2) return count(own.nans, 'NaN');
  const octave = octaves - 1 - row;
  const [low, high] = [own.lowest + octave, own.lowest + octave + 1].map((exponent) =>
    fromLog(exponent / log2of10),
  );
  return `${percent((own.shares[column]?.[octave] ?? 0) / 1e4)} of the elements from ${low} to ${high}`;
}

/** The octave below which a share `q` of the elements that are in octaves lies. */
function octaveAt({ shares, lowest }: LayerHistogram, column: number, q: number): string {
  const line = shares[column] ?? [];
  const total = line.reduce((sum, share) => sum + share, 0);
  if (total === 0) return 'none';
  let below = 0;
  const octave = line.findIndex((share) => {
    below += share;
    return share > 0 && below >= q * total;
  });
  return fromLog((lowest + octave + 0.5) / log2of10);
}

function takeaway(grid: HistogramGrid, own: LayerHistogram, name: string): string {
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  const broken = total(own.nans) + total(own.infinite);
  if (broken > 0) return `${name}: ${plain(broken)} gradient elements were NaN or infinite.`;
  const zeros = total(own.zeros) / (total(own.elements) || 1);
  if (zeros === 1) return `${name}: all gradient elements are exactly 0.`;
  const last = own.shares.map((line) => line.some((share) => share > 0)).lastIndexOf(true);
  const rest = zeros > 0.001 ? `; ${percent(zeros)} of all are exactly 0` : '';
  const half = octaveAt(own, last, 0.5);
  return `${name}: half of the gradient elements are smaller than about ${half} in ${stepText(grid, last)}, the last with a histogram${rest}.`;
}

/** Whole numbers from `low` to `high`, thinned to at most `most` or so. */
function range(low: number, high: number, most: number): number[] {
  const stride = Math.max(1, Math.ceil((high - low + 1) / most));
  return Array.from(
    { length: Math.max(0, Math.floor((high - low) / stride) + 1) },
    (_, index) => low + index * stride,
  );
}
