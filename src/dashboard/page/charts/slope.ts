import * as Plot from '@observablehq/plot';
import type { DepthSlope } from '../../picture.js';
import type { Chart } from '../chart.js';
import { element } from '../element.js';
import { fromLog, power } from '../numbers.js';
import { draw } from '../plot.js';

export const slopeChart: Chart = {
  id: 'slope',
  title: 'Gradient by depth, before and after',
  howToRead:
    'Rings are the layers at the first record, before training could change much: it is the initial weights and activations that speak ' +
    'here. Dots are the layers at the last one. The line is the trend of the rings. Level is good; a line that climbs steeply to the right ' +
    'tells that the first layers get next to nothing.',
  applies: ({ slope }) => slope !== undefined,
  draw({ picture, layer, width }) {
    const { points, line, firstStep, lastStep } = picture.slope ?? {
      ...{ points: [], firstStep: 0, lastStep: 0 },
      line: { at: 0, perLayer: 0 },
    };
    const logs = points.flatMap(({ first, last }) => [first, last]).filter((value) => value !== null);
    const [low, high] = [Math.floor(Math.min(...logs) - 0.2), Math.ceil(Math.max(...logs) + 0.2)];
    const depths = points.map(({ depth }) => depth);
    const [from, to] = [Math.min(...depths), Math.max(...depths)];
    const trend = [from, to].map((depth) => ({ depth, log: line.at + line.perLayer * depth }));
    const strength = (point: DepthSlope['points'][number]): number =>
      layer === null || layer === point.layer ? 1 : 0.25;
    const write = (log: number | null | undefined): string =>
      log === null || log === undefined ? '0 or not finite' : fromLog(log);
    const name = (index: number): string => picture.layers[points[index]?.layer ?? -1]?.name ?? '';
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
            label: 'depth',
            labelArrow: 'none',
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
          Plot.ruleX(points, { x: 'depth', y1: 'first', y2: 'last', stroke: 'var(--rule)' }),
          Plot.dot(points, {
            x: 'depth',
            y: 'first',
            r: 4.5,
            stroke: 'var(--second)',
            strokeWidth: 1.8,
            strokeOpacity: strength,
          }),
          Plot.dot(points, { x: 'depth', y: 'last', r: 4.5, fill: 'var(--accent)', fillOpacity: strength }),
        ],
      }),
      takeaway: takeaway(line.perLayer),
      key: element(
        'div',
        { class: 'key' },
        element(
          'span',
          {},
          element('i', { class: 'swatch ring', 'aria-hidden': 'true' }),
          `step ${firstStep}`,
        ),
        element('span', {}, element('i', { class: 'swatch dot', 'aria-hidden': 'true' }), `step ${lastStep}`),
      ),
      probe: {
        xs: depths,
        read: (index) => [
          name(index),
          `step ${firstStep}: ${write(points[index]?.first)}`,
          `step ${lastStep}: ${write(points[index]?.last)}`,
          `depth ${depths[index] ?? ''}`,
        ],
      },
      table: () => ({
        head: ['layer', 'depth', `gradient norm at step ${firstStep}`, `at step ${lastStep}`],
        rows: points.map(({ depth, first, last }, index) => [
          name(index),
          String(depth),
          write(first),
          write(last),
        ]),
      }),
    };
  },
};

function takeaway(perLayer: number): string {
  const factor = 10 ** Math.abs(perLayer);
  if (factor < 1.15) return 'With the initial weights the gradient keeps its size from layer to layer.';
  const change = perLayer > 0 ? 'shrinks' : 'grows';
  return `With the initial weights the gradient ${change} by a factor of ${Number(factor.toPrecision(2))} with each layer on its way back.`;
}
