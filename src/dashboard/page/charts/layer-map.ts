import * as Plot from '@observablehq/plot';
import type { Grid, Mark, Picture } from '../../picture.js';
import type { Drawing, Scene } from '../chart.js';
import { draw, labelMargin, stepAxis } from '../plot.js';
import { cells, colourKey } from '../raster.js';
import { middles, sampled, slotDomain, slots, stepDomain, stepText } from '../steps.js';

/** What a map of the layers shows. */
export interface LayerMap {
  readonly grid: Grid;
  /** Values of the weakest and the strongest colour. */
  readonly domain: readonly [number, number];
  readonly takeaway: string;
  readonly keyLabel: string;
  readonly format: (value: number) => string;
  /** Whether a strip above the layers tells what the clip did. */
  readonly withClip?: boolean;
}

const markColours: Readonly<Record<Mark['kind'], string>> = {
  zero: 'var(--zero)',
  infinite: 'var(--infinite)',
  nan: 'var(--nan)',
};
const markTexts: Readonly<Record<Mark['kind'], string>> = {
  zero: 'exactly 0',
  infinite: 'infinite',
  nan: 'NaN',
};
/** Height of the strip and the gap under it, in rows of pixels. */
const stripHeight = 16;

/** Layers as rows in depth order, training steps from left to right, numbers as colours. */
export function drawLayerMap(scene: Scene, map: LayerMap): Drawing {
  const { picture, layer, width, theme } = scene;
  const { grid, domain, format } = map;
  const clip = map.withClip ? picture.clip : undefined;
  const count = grid.rows.length;
  const rowHeight = Math.min(30, Math.max(3, 460 / count));
  const labels = grid.rows.map((index) => picture.layers[index]?.label ?? '');
  const every = Math.ceil(12 / rowHeight);
  const marginLeft = labelMargin([...labels, clip ? 'clipped' : '']);
  const top = clip ? -(stripHeight + 6) / rowHeight : 0;
  const end = (column: number): number => picture.columns[column + 1] ?? picture.lastStep + 1;
  const chosen = layer === null ? -1 : grid.rows.indexOf(layer);

  const columnsIn = slots(picture, picture.lastStep + 1);

  const plot = draw({
    width,
    height: count * rowHeight + (clip ? stripHeight + 6 : 0) + 46,
    marginLeft,
    x: { domain: stepDomain(picture) },
    y: { domain: [count, top], axis: null },
    color: { type: 'linear', domain: [...domain], interpolate: theme.ramp, clamp: true },
    marks: [
      stepAxis(stepDomain(picture)),
      Plot.axisY(
        labels.map((_, row) => row).filter((row) => row % every === 0),
        {
          y: (row: number) => row + 0.5,
          text: (row: number) => labels[row],
          tickSize: 0,
          label: null,
        },
      ),
      cells(grid.values, columnsIn, slotDomain(picture, columnsIn), [0, count]),
      Plot.rect(grid.marks, {
        x1: ({ from }: Mark) => picture.columns[from],
        x2: ({ to }: Mark) => end(to),
        y1: ({ row }: Mark) => row,
        y2: ({ row }: Mark) => row + 1,
        fill: ({ kind }: Mark) => markColours[kind],
        shapeRendering: 'crispEdges',
      }),
      ...(chosen < 0 ? [] : dimmed(picture, chosen, count)),
      ...(clip ? clipStrip(picture, clip, -6 / rowHeight, top) : []),
    ],
  });

  const kinds = new Set(grid.marks.map(({ kind }) => kind));
  const middle = middles(picture);
  const valueText = (row: number, column: number): string => {
    const value = grid.values[row]?.[column];
    const mark = grid.marks.find((mark) => mark.row === row && mark.from <= column && column <= mark.to);
    const number = value === null || value === undefined ? undefined : format(value);
    if (mark === undefined) return number ?? 'not measured';
    return number === undefined ? markTexts[mark.kind] : `${markTexts[mark.kind]}, else ${number}`;
  };
  return {
    plot,
    takeaway: map.takeaway,
    key: colourKey(
      theme,
      map.keyLabel,
      grid.values.flat().some((value) => value !== null) ? [format(domain[0]), format(domain[1])] : undefined,
      [
        ...(['zero', 'infinite', 'nan'] as const)
          .filter((kind) => kinds.has(kind))
          .map((kind) => [kind, markTexts[kind]] as const),
        ...(clip ? ([['clip', `changed by ${clip.name}`]] as const) : []),
        ...(clip?.rejected.some((share) => (share ?? 0) > 0) ? ([['nan', 'step rejected']] as const) : []),
      ],
    ),
    probe: {
      xs: middle,
      ys: grid.rows.map((_, row) => row + 0.5),
      read: (column, row) => [
        picture.layers[grid.rows[row] ?? -1]?.name ?? '',
        `${map.keyLabel} ${valueText(row, column)}`,
        stepText(picture, column),
        ...(clip && (clip.fired[column] ?? 0) > 0
          ? [`clipped in ${Math.round(100 * (clip.fired[column] ?? 0))} % of the steps`]
          : []),
      ],
      layerAt: (row) => grid.rows[row],
    },
    table: () => {
      const columns = sampled(picture.columns.length, 12);
      return {
        head: ['layer', ...columns.map((column) => stepText(picture, column))],
        rows: grid.rows.map((index, row) => [
          picture.layers[index]?.name ?? '',
          ...columns.map((column) => valueText(row, column)),
        ]),
      };
    },
  };
}

/** Veils over all rows but the chosen one. */
function dimmed(picture: Picture, chosen: number, count: number): Plot.Markish[] {
  const [x1, x2] = stepDomain(picture);
  const veils = [
    { y1: 0, y2: chosen },
    { y1: chosen + 1, y2: count },
  ];
  return [Plot.rect(veils, { x1, x2, y1: 'y1', y2: 'y2', fill: 'var(--paper)', fillOpacity: 0.78 })];
}

function clipStrip(
  picture: Picture,
  { fired, rejected }: NonNullable<Picture['clip']>,
  bottom: number,
  top: number,
): Plot.Markish[] {
  const strip = (line: readonly (number | null)[], fill: string): Plot.Markish =>
    Plot.rect(
      [...line.keys()].filter((column) => (line[column] ?? 0) > 0),
      {
        x1: (column: number) => picture.columns[column],
        x2: (column: number) => picture.columns[column + 1] ?? picture.lastStep + 1,
        y1: (column: number) => bottom + (top - bottom) * (line[column] ?? 0),
        y2: bottom,
        fill,
        shapeRendering: 'crispEdges',
      },
    );
  return [
    Plot.ruleY([bottom], { stroke: 'var(--rule)' }),
    strip(fired, 'var(--clip)'),
    strip(rejected, 'var(--nan)'),
    Plot.axisY([(bottom + top) / 2], { text: () => 'clipped', tickSize: 0, label: null }),
  ];
}
