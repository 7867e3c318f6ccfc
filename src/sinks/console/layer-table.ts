import { shortNumber } from '../../record/short-number.js';
import type { LayerNorms } from '../../report/layer-norms.js';
import { plainText } from '../../report/plain-text.js';
import { spanOf, sparkline } from '../../report/sparkline.js';
import type { Paint } from './terminal.js';

/** Rows of a table; of a deeper model they are taken evenly from its first layer to its last. */
const mostRows = 16;

/** Characters of a layer's path; of a longer one the end tells more. */
const pathWidth = 28;

/** One layer for {@link layerTable}. */
export interface LayerHistory extends LayerNorms {
  /** L2 norms of its gradient over the run, the newest last; 0 where none reached it. */
  readonly gradientNorms: readonly number[];
  /** Rules that found something in it. */
  readonly rules: readonly string[];
}

/**
 * The layers in depth order, on a line each: the norm of the gradient now and over the run, and the update ratio. All
 * sparklines have one logarithmic scale, so that fading from layer to layer is seen as well as from step to step.
 */
export function layerTable(layers: readonly LayerHistory[], paint: Paint): string {
  const rows = evenly(layers, mostRows);
  const span = spanOf(layers.flatMap(({ gradientNorms }) => gradientNorms));
  const scale = span ? `▁ ${shortNumber(span[0])} █ ${shortNumber(span[1])}` : '';
  const count = rows.length < layers.length ? `${rows.length} of ${layers.length} layers` : 'layer';
  const cells = rows.map(({ path, gradientNorm, updateRatio }) => [
    clipped(plainText(path)),
    gradientNorm === null ? 'none' : shortNumber(gradientNorm),
    shortNumber(updateRatio),
  ]);
  const width = (column: number, least: string): number =>
    Math.max(least.length, ...cells.map((cell) => cell[column]?.length ?? 0));
  const lineLength = Math.max(scale.length, ...rows.map(({ gradientNorms }) => gradientNorms.length));
  const [paths, norms, ratios] = [width(0, count), width(1, 'gradient'), width(2, 'update')];
  const head = [
    count.padEnd(paths),
    'gradient'.padStart(norms),
    scale.padEnd(lineLength),
    'update'.padStart(ratios),
  ];
  const lines = rows.map(({ gradientNorm, gradientNorms, rules }, index) => {
    const [path = '', norm = '', ratio = ''] = cells[index] ?? [];
    const isSick = gradientNorm === null || gradientNorm === 0 || !Number.isFinite(gradientNorm);
    return [
      path.padEnd(paths),
      isSick ? paint(norm.padStart(norms), 'red') : norm.padStart(norms),
      sparkline(gradientNorms, span).padEnd(lineLength),
      ratio.padStart(ratios),
      paint(rules.map(plainText).join(', '), 'yellow'),
    ];
  });
  const dimmed = paint(head.join('  '), 'dim');
  return [dimmed, ...lines.map((line) => line.join('  ').trimEnd())].map((line) => `  ${line}`).join('\n');
}

function evenly<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  const picked = Array.from({ length: most }, (_, row) =>
    Math.round((row * (items.length - 1)) / (most - 1)),
  );
  return picked.flatMap((index) => items[index] ?? []);
}

function clipped(path: string): string {
  return path.length > pathWidth ? `…${path.slice(1 - pathWidth)}` : path;
}
