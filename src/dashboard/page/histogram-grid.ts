import type { HistogramNews } from '../news.js';
import type { HistogramGrid, LayerHistogram } from '../picture.js';

/** Where a layer stands in a column, and the column. */
type Place = readonly [column: HistogramNews, index: number];

/**
 * The histograms by layer, all columns of a layer over the same octaves; `undefined` where there is none.
 *
 * @param order - Layers as they come.
 */
export function histogramGridOf(
  columns: readonly HistogramNews[],
  columnWidth: number,
  order: readonly number[],
): HistogramGrid | undefined {
  const layers = order.flatMap((layer) => {
    const places = columns.map((column): Place => [column, column.layers.indexOf(layer)]);
    return places.every(([, index]) => index < 0) ? [] : [layerHistogram(layer, places)];
  });
  if (layers.length === 0) return undefined;
  return { columns: columns.map(({ start }) => start), columnWidth, layers };
}

function layerHistogram(layer: number, places: readonly Place[]): LayerHistogram {
  const numbers = (of: 'elements' | 'zeros' | 'infinite' | 'nans'): number[] =>
    places.map(([column, index]) => column[of][index] ?? 0);
  const own = places.map(([{ lowest, shares }, index]) => ({
    low: lowest[index] ?? 0,
    shares: shares[index] ?? [],
  }));
  const filled = own.filter(({ shares }) => shares.length > 0);
  const lowest = filled.length === 0 ? 0 : Math.min(...filled.map(({ low }) => low));
  const count = Math.max(0, ...filled.map(({ low, shares }) => low + shares.length - lowest));
  return {
    layer,
    lowest,
    shares: own.map(({ low, shares }) =>
      Array.from({ length: count }, (_, i) => shares[lowest + i - low] ?? 0),
    ),
    elements: numbers('elements'),
    zeros: numbers('zeros'),
    infinite: numbers('infinite'),
    nans: numbers('nans'),
  };
}
