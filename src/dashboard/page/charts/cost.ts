import * as Plot from '@observablehq/plot';
import type { Chart } from '../chart.js';
import { lastOf, percent } from '../numbers.js';
import { draw, stepAxis } from '../plot.js';
import { middles, sampled, stepDomain, stepText } from '../steps.js';

export const costChart: Chart = {
  id: 'cost',
  title: 'Cost of watching',
  howToRead:
    'The share of the training time that measuring has taken so far, as the monitor itself timed it. The option budget keeps it below a ' +
    'limit of yours; every and histograms make it smaller too.',
  applies: ({ watchShare }) => watchShare !== undefined,
  draw({ picture, width }) {
    const line = picture.watchShare ?? [];
    const xs = middles(picture);
    const most = Math.max(0.01, ...line.map((value) => value ?? 0));
    const write = (value: number | null | undefined): string =>
      value === null || value === undefined ? 'not known' : percent(value);
    return {
      plot: draw({
        width,
        height: 160,
        marginLeft: 56,
        x: { domain: stepDomain(picture) },
        y: { domain: [0, most], nice: true },
        marks: [
          Plot.axisY({ ticks: 4, tickFormat: (value: number) => percent(value), label: null }),
          Plot.gridY({ ticks: 4, stroke: 'var(--rule)', strokeOpacity: 1 }),
          stepAxis(stepDomain(picture)),
          Plot.areaY(line, {
            x: (_, column) => xs[column],
            y: line,
            fill: 'var(--accent)',
            fillOpacity: 0.14,
          }),
          Plot.lineY(line, {
            x: (_, column) => xs[column],
            y: line,
            stroke: 'var(--accent)',
            strokeWidth: 1.6,
          }),
        ],
      }),
      takeaway: `Watching took ${write(lastOf(line))} of the training time.`,
      probe: { xs, read: (column) => [write(line[column]), stepText(picture, column)] },
      table: () => ({
        head: ['', 'share of the training time'],
        rows: sampled(xs.length, 40).map((column) => [stepText(picture, column), write(line[column])]),
      }),
    };
  },
};
