import * as Plot from '@observablehq/plot';
import type { Line, RecurrentPicture } from '../../picture.js';
import type { Chart, Drawing, Scene } from '../chart.js';
import { fromLog, times } from '../numbers.js';
import { draw, stepAxis } from '../plot.js';
import { cells, colourKey, domainOf } from '../raster.js';
import { middles, sampled, slotDomain, slots, stepDomain, stepText } from '../steps.js';

const leastDecades = 2;
const height = 260;

export const hiddenThroughTime: Chart = {
  id: 'through-time',
  title: 'Gradient through time',
  howToRead:
    'For a recurrent layer: how strong the gradient of the loss still is at each time step of the sequence. The last time step is on top, ' +
    'the loss is mostly there, and the way back to the first one leads down. Where the colour is gone, the layer cannot learn from what ' +
    'happened that early. Blank: exactly 0 or not finite.',
  applies: ({ recurrent }) => recurrent.length > 0,
  draw: (scene) => {
    const own = chosenRecurrent(scene);
    return drawTime(scene, own, own?.hidden ?? [], 'norm of dL/dh');
  },
};

export const cellThroughTime: Chart = {
  id: 'cell-through-time',
  title: 'Gradient through the memory cell',
  howToRead:
    'The same along the cell state of an LSTM, the way that was made to keep gradients alive: it should reach further back than the chart above.',
  applies: ({ recurrent }) => recurrent.some(({ cell }) => cell !== undefined),
  draw: (scene) => {
    const own = chosenRecurrent(scene);
    return drawTime(scene, own, own?.cell ?? [], 'norm of dL/dc');
  },
};

/** The chosen recurrent layer, else the first. */
export function chosenRecurrent({ picture, layer }: Scene): RecurrentPicture | undefined {
  return picture.recurrent.find((one) => one.layer === layer) ?? picture.recurrent[0];
}

function drawTime(
  scene: Scene,
  own: RecurrentPicture = {
    layer: -1,
    columns: [],
    columnWidth: 1,
    timeSteps: 0,
    rowWidth: 1,
    hidden: [],
    gates: [],
  },
  lines: readonly Line[],
  what: string,
): Drawing {
  const { picture, width, theme } = scene;
  const name = picture.layers[own.layer]?.name ?? '';
  const [x1, x2] = stepDomain(picture);
  const columnsIn = slots(own, x2);
  const domain = domainOf(lines, leastDecades);
  const timeText = (row: number): string => {
    const start = row * own.rowWidth;
    return own.rowWidth === 1
      ? `time step ${start}`
      : `time steps ${start} to ${Math.min(own.timeSteps, start + own.rowWidth) - 1}`;
  };
  const value = (row: number, column: number): string => {
    const log = lines[row]?.[column];
    return log === null || log === undefined ? '0 or not finite' : fromLog(log);
  };
  return {
    plot: draw({
      width,
      height,
      marginLeft: 56,
      marginTop: 26,
      x: { domain: [x1, x2] },
      y: { domain: [0, lines.length * own.rowWidth], axis: null },
      color: { type: 'linear', domain, interpolate: theme.ramp, clamp: true },
      marks: [
        Plot.axisY({ label: 'time step', labelArrow: 'none', labelOffset: 50, ticks: 6, tickSize: 4 }),
        stepAxis(stepDomain(picture)),
        cells([...lines].reverse(), columnsIn, slotDomain(own, columnsIn), [lines.length * own.rowWidth, 0]),
      ],
    }),
    takeaway: takeaway(lines, own.timeSteps, name),
    key: colourKey(theme, what, [fromLog(domain[0]), fromLog(domain[1])], []),
    probe: {
      xs: middles(own),
      ys: lines.map((_, row) => (row + 0.5) * own.rowWidth),
      read: (column, row) => [name, `${what} ${value(row, column)}`, timeText(row), stepText(own, column)],
    },
    table: () => {
      const columns = sampled(own.columns.length, 10);
      return {
        head: ['', ...columns.map((column) => stepText(own, column))],
        rows: sampled(lines.length, 40).map((row) => [
          timeText(row),
          ...columns.map((column) => value(row, column)),
        ]),
      };
    },
  };
}

function takeaway(lines: readonly Line[], timeSteps: number, name: string): string {
  const column = (lines.at(-1)?.length ?? 0) - 1;
  const [first, last] = [lines[0]?.[column], lines.at(-1)?.[column]];
  if (first === null || first === undefined || last === null || last === undefined) {
    return `${name}: no gradient reaches the first time step at the end of the training.`;
  }
  const gap = last - first;
  if (Math.abs(gap) < 0.3) return `${name}: the gradient reaches the first time step at its full size.`;
  return `${name}: on its way back through ${timeSteps} time steps the gradient ${gap > 0 ? 'shrinks' : 'grows'} ${times(gap)}.`;
}
