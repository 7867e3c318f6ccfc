import * as Plot from '@observablehq/plot';
import type { Chart } from '../chart.js';
import { element } from '../element.js';
import { lastOf, percent, plain } from '../numbers.js';
import { draw, stepAxis } from '../plot.js';
import { middles, sampled, stepDomain, stepText } from '../steps.js';
import { chosenRecurrent } from './through-time.js';

const colours = ['var(--accent)', 'var(--second)', 'var(--third)', 'var(--fourth)'];

export const gateChart: Chart = {
  id: 'gates',
  title: 'Gates',
  howToRead:
    'How far the gates of a recurrent layer are open on average: 0 is shut, 1 is open. A forget gate near 1 remembers, near 0 it cuts the ' +
    'gradient through time off. Dashed: the share of openings so near to 0 or 1 that their own gradient is gone.',
  applies: ({ recurrent }) => recurrent.some(({ gates }) => gates.length > 0),
  draw(scene) {
    const { picture, width } = scene;
    const own = chosenRecurrent(scene);
    const gates = own?.gates ?? [];
    const steps = own ?? { columns: [], columnWidth: 1 };
    const xs = middles(steps);
    const name = picture.layers[own?.layer ?? -1]?.name ?? '';
    const number = (value: number | null | undefined, write: (value: number) => string): string =>
      value === null || value === undefined ? 'not measured' : write(value);
    const last = gates.map(({ name, mean }) => `${name} ${number(lastOf(mean), plain)}`);
    return {
      plot: draw({
        width,
        height: 220,
        marginLeft: 56,
        x: { domain: stepDomain(picture) },
        y: { domain: [0, 1] },
        marks: [
          Plot.axisY({ ticks: [0, 0.5, 1], tickFormat: plain, label: null }),
          Plot.gridY({ ticks: [0, 0.5, 1], stroke: 'var(--rule)', strokeOpacity: 1 }),
          stepAxis(stepDomain(picture)),
          ...gates.flatMap(({ mean, saturated }, index) => {
            const stroke = colours[index % colours.length] ?? 'currentColor';
            const x = (_: unknown, column: number): number | undefined => xs[column];
            return [
              Plot.lineY(mean, { x, y: mean, stroke, strokeWidth: 1.8 }),
              Plot.lineY(saturated, { x, y: saturated, stroke, strokeWidth: 1.2, strokeDasharray: '3 3' }),
            ];
          }),
        ],
      }),
      takeaway: `${name}: mean opening in the end: ${last.join(', ')}.`,
      key: element(
        'div',
        { class: 'key' },
        ...gates.map(({ name }, index) =>
          element(
            'span',
            {},
            element('i', { class: `swatch line line-${index % colours.length}`, 'aria-hidden': 'true' }),
            `${name} gate`,
          ),
        ),
        element(
          'span',
          {},
          element('i', { class: 'swatch dashed', 'aria-hidden': 'true' }),
          'saturated share',
        ),
      ),
      probe: {
        xs,
        read: (column) => [
          ...gates.map(
            ({ name, mean, saturated }) =>
              `${name} ${number(mean[column], plain)}, saturated ${number(saturated[column], percent)}`,
          ),
          stepText(steps, column),
        ],
      },
      table: () => ({
        head: ['', ...gates.flatMap(({ name }) => [`${name}: mean opening`, `${name}: saturated`])],
        rows: sampled(xs.length, 40).map((column) => [
          stepText(steps, column),
          ...gates.flatMap(({ mean, saturated }) => [
            number(mean[column], plain),
            number(saturated[column], percent),
          ]),
        ]),
      }),
    };
  },
};
