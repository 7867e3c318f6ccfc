import * as Plot from '@observablehq/plot';
import type { Drawing, Scene } from './chart.js';
import { element } from './element.js';
import { fromLog, power } from './numbers.js';
import { draw } from './plot.js';

/** Two norms of each layer by its place, and a line. */
export interface DepthData {
  readonly points: readonly {
    /** Index into the layers of the picture. */
    readonly layer: number;
    readonly depth: number;
    /** log10, `null` where it is 0, not finite or not known. */
    readonly ring: number | null;
    readonly dot: number | null;
  }[];
  /** log10 of the norm is `at + perLayer * depth`. */
  readonly line?: { readonly at: number; readonly perLayer: number };
  readonly ringName: string;
  readonly dotName: string;
  /** What it means that a dot is missing. */
  readonly dotMissing: string;
  /** What the norms are of, for the head of the table. */
  readonly norm: string;
  /** Of the axis. */
  readonly depthName: string;
  readonly takeaway: string;
}

/** What it means that a ring is missing. */
export const zero = '0 or not finite';

/** Draws norms over the depth of the model: rings, dots and the line through the rings. */
export function drawDepth(data: DepthData, { picture, layer, width }: Scene): Drawing {
  const { points, line, ringName, dotName, dotMissing, norm, depthName, takeaway } = data;
  const logs = points.flatMap(({ ring, dot }) => [ring, dot]).filter((value) => value !== null);
  const [low, high] = [Math.floor(Math.min(...logs) - 0.2), Math.ceil(Math.max(...logs) + 0.2)];
  const depths = points.map(({ depth }) => depth);
  const [from, to] = [Math.min(...depths), Math.max(...depths)];
  const trend = line ? [from, to].map((depth) => ({ depth, log: line.at + line.perLayer * depth })) : [];
  const strength = (point: DepthData['points'][number]): number =>
    layer === null || layer === point.layer ? 1 : 0.25;
  const write = (log: number | null | undefined, missing: string): string =>
    log === null || log === undefined ? missing : fromLog(log);
  const name = (index: number): string => picture.layers[points[index]?.layer ?? -1]?.name ?? '';
  const swatch = (kind: string, text: string): HTMLElement =>
    element('span', {}, element('i', { class: `swatch ${kind}`, 'aria-hidden': 'true' }), text);
  return {
    plot: draw({
      width,
      height: 250,
      marginLeft: 56,
      x: { domain: [from - 0.5, to + 0.5] },
      y: { domain: [low, high] },
      marks: [
        Plot.axisY({ interval: Math.max(1, Math.round((high - low) / 6)), tickFormat: power, label: null }),
        Plot.axisX({
          label: depthName,
          labelArrow: 'none',
          tickFormat: 'd',
          interval: Math.max(1, Math.ceil((to - from) / 16)),
          tickSize: 4,
        }),
        Plot.lineY(trend, {
          x: 'depth',
          y: 'log',
          stroke: 'var(--second)',
          strokeDasharray: '5 4',
          clip: true,
        }),
        Plot.ruleX(points, { x: 'depth', y1: 'ring', y2: 'dot', stroke: 'var(--rule)' }),
        Plot.dot(points, {
          x: 'depth',
          y: 'ring',
          r: 4.5,
          stroke: 'var(--second)',
          strokeWidth: 1.8,
          strokeOpacity: strength,
        }),
        Plot.dot(points, { x: 'depth', y: 'dot', r: 4.5, fill: 'var(--accent)', fillOpacity: strength }),
      ],
    }),
    takeaway,
    key: element('div', { class: 'key' }, swatch('ring', ringName), swatch('dot', dotName)),
    probe: {
      xs: depths,
      read: (index) => [
        name(index),
        `${ringName}: ${write(points[index]?.ring, zero)}`,
        `${dotName}: ${write(points[index]?.dot, dotMissing)}`,
        `${depthName} ${depths[index] ?? ''}`,
      ],
    },
    table: () => ({
      head: ['layer', depthName, `${norm}, ${ringName}`, dotName],
      rows: points.map(({ depth, ring, dot }, index) => [
        name(index),
        String(depth),
        write(ring, zero),
        write(dot, dotMissing),
      ]),
    }),
  };
}
