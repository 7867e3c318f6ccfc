import * as Plot from '@observablehq/plot';
import type { Grid } from '../../picture.js';
import type { Chart } from '../chart.js';
import { fromLog, lastOf, power, quantile } from '../numbers.js';
import { draw, stepAxis } from '../plot.js';
import { middles, sampled, stepDomain, stepText } from '../steps.js';

/** log10 of the ratio that a rule of thumb asks for, and how far around it is fine. */
const target = -3;
const tolerance = 1;

export const updateBand: Chart = {
  id: 'updates',
  title: 'Update ratio',
  howToRead:
    'How far each step moves the weights, as a part of their size. The rule of thumb is one thousandth; the shaded zone around it ' +
    'is a tenth to ten times that. Above it training is rash, below it hardly anything is learned. The band holds four fifths of the ' +
    'layers, the line is the one in the middle; choose a layer for a line of its own.',
  applies: ({ update }) => update !== undefined,
  draw({ picture, layer, width }) {
    const { rows, values }: Pick<Grid, 'rows' | 'values'> = picture.update ?? { rows: [], values: [] };
    const xs = middles(picture);
    const band = xs.map((x, column) => {
      const all = values.map((line) => line[column]).filter((value) => value !== null && value !== undefined);
      return { x, low: quantile(all, 0.1), middle: quantile(all, 0.5), high: quantile(all, 0.9) };
    });
    const own = layer === null ? -1 : rows.indexOf(layer);
    const line: readonly { readonly x: number; readonly value: number | null | undefined }[] =
      own < 0 ? [] : xs.map((x, column) => ({ x, value: values[own]?.[column] }));
    const shown = band
      .flatMap(({ low, high }) => [low, high])
      .concat(line.map(({ value }) => value ?? undefined));
    const numbers = shown.filter((value) => value !== undefined);
    const low = Math.floor(Math.min(target - tolerance, ...numbers));
    const high = Math.ceil(Math.max(target + tolerance, ...numbers));
    const name = own < 0 ? undefined : picture.layers[layer ?? -1]?.name;
    const last = lastOf(band.map(({ middle }) => middle));
    const [x1, x2] = stepDomain(picture);
    return {
      plot: draw({
        width,
        height: 240,
        marginLeft: 56,
        x: { domain: [x1, x2] },
        y: { domain: [low, high] },
        marks: [
          Plot.rect([0], {
            x1,
            x2,
            y1: target - tolerance,
            y2: target + tolerance,
            fill: 'var(--good)',
            fillOpacity: 0.12,
          }),
          Plot.axisY({ interval: Math.max(1, Math.round((high - low) / 6)), tickFormat: power, label: null }),
          stepAxis(stepDomain(picture)),
          Plot.ruleY([target], { stroke: 'var(--good)', strokeDasharray: '4 4' }),
          Plot.areaY(band, {
            x: 'x',
            y1: 'low',
            y2: 'high',
            fill: 'var(--accent)',
            fillOpacity: own < 0 ? 0.2 : 0.1,
          }),
          Plot.lineY(band, {
            x: 'x',
            y: 'middle',
            stroke: 'var(--accent)',
            strokeWidth: 1.6,
            strokeOpacity: own < 0 ? 1 : 0.35,
          }),
          Plot.lineY(line, { x: 'x', y: 'value', stroke: 'var(--strong)', strokeWidth: 2 }),
        ],
      }),
      takeaway:
        last === undefined
          ? ''
          : `In the end the layer in the middle moves by ${fromLog(last)} of its size a step.`,
      probe: {
        xs,
        read: (column) => [
          ...(own < 0 ? [] : [`${name}: ${text(line[column]?.value)}`]),
          `layer in the middle: ${text(band[column]?.middle)}`,
          `four fifths: ${text(band[column]?.low)} to ${text(band[column]?.high)}`,
          stepText(picture, column),
        ],
      },
      table: () => ({
        head: [
          '',
          'tenth of the layers below',
          'layer in the middle',
          'tenth of the layers above',
          ...(name ? [name] : []),
        ],
        rows: sampled(xs.length, 40).map((column) => [
          stepText(picture, column),
          text(band[column]?.low),
          text(band[column]?.middle),
          text(band[column]?.high),
          ...(name ? [text(line[column]?.value)] : []),
        ]),
      }),
    };
  },
};

function text(log: number | null | undefined): string {
  return log === null || log === undefined ? 'no update' : fromLog(log);
}
