import * as Plot from '@observablehq/plot';
import { element } from './element.js';
import type { Theme } from './theme.js';

/** Rows of numbers as an image: twenty thousand cells are one element. */
export function cells(
  rows: readonly (readonly (number | null)[])[],
  slots: readonly number[],
  [x1, x2]: readonly [number, number],
  [y1, y2]: readonly [number, number],
): Plot.Markish {
  const values = new Float64Array(rows.length * slots.length);
  for (const [row, line] of rows.entries()) {
    for (const [slot, column] of slots.entries()) {
      values[row * slots.length + slot] = line[column] ?? Number.NaN;
    }
  }
  return Plot.raster(values, {
    ...{ width: slots.length, height: rows.length, x1, x2, y1, y2 },
    imageRendering: 'pixelated',
    // The last column may reach behind the last step.
    clip: true,
  });
}

/** Least and greatest number, no closer than `least` apart. */
export function domainOf(
  rows: readonly (readonly (number | null)[])[],
  least: number,
): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of rows.flat()) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, least];
  return [Math.min(low, high - least), high];
}

/** The key of a colour scale, where there is anything on it, with what else has a colour in the chart. */
export function colourKey(
  { ramp }: Theme,
  label: string,
  range: readonly [low: string, high: string] | undefined,
  others: readonly (readonly [className: string, label: string])[],
): HTMLElement {
  const canvas = element('canvas', { width: 120, height: 1, 'aria-hidden': 'true' });
  const context = canvas.getContext('2d');
  for (let x = 0; context && x < 120; x++) {
    context.fillStyle = ramp(x / 119);
    context.fillRect(x, 0, 1, 1);
  }
  return element(
    'div',
    { class: 'key' },
    element('span', {}, label),
    ...(range ? [element('span', { class: 'ramp' }, range[0], canvas, range[1])] : []),
    ...others.map(([className, text]) =>
      element('span', {}, element('i', { class: `swatch ${className}`, 'aria-hidden': 'true' }), text),
    ),
  );
}
