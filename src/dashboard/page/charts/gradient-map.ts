import type { Picture } from '../../picture.js';
import type { Chart } from '../chart.js';
import { fromLog, times } from '../numbers.js';
import { domainOf } from '../raster.js';
import { drawLayerMap } from './layer-map.js';

/** Decades that the colours span at least, so that the ups and downs of healthy layers look as small as they are. */
const leastDecades = 3;

export const gradientMap: Chart = {
  id: 'gradients',
  title: 'Gradient norm by layer',
  howToRead:
    'Each row is a layer, the first one on top; time runs to the right. Rows that fade towards the top are a vanishing gradient: ' +
    'these layers hardly learn. Colours that grow stronger to the right are an exploding one. An even field is a healthy network. ' +
    'Click a row, or press Enter on it, to see that layer alone.',
  applies: ({ gradient }) => gradient !== undefined,
  draw(scene) {
    const { gradient } = scene.picture;
    const grid = gradient ?? { rows: [], values: [], marks: [] };
    return drawLayerMap(scene, {
      grid,
      domain: domainOf(grid.values, leastDecades),
      takeaway: takeaway(scene.picture),
      keyLabel: 'gradient norm',
      format: fromLog,
      withClip: true,
    });
  },
};

function takeaway({ gradient, layers, columns }: Picture): string {
  const first = gradient?.rows[0];
  const last = gradient?.rows.at(-1);
  if (gradient === undefined || first === undefined || last === undefined) return '';
  const broken = gradient.marks.filter(({ kind }) => kind !== 'zero').sort((a, b) => a.from - b.from)[0];
  const name = (layer: number | undefined): string => layers[layer ?? -1]?.name ?? '';
  if (broken !== undefined) {
    const what = broken.kind === 'nan' ? 'NaN' : 'infinite';
    const rows = new Set(gradient.marks.filter(({ kind }) => kind === broken.kind).map(({ row }) => row));
    const where =
      rows.size === 1 ? name(gradient.rows[broken.row]) : `${rows.size} of ${gradient.rows.length} layers`;
    return `The gradient is ${what} in ${where} since step ${columns[broken.from] ?? 0}.`;
  }
  const mean = (row: number): number => {
    const values = gradient.values.at(row)?.filter((value) => value !== null) ?? [];
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const gap = mean(-1) - mean(0);
  const silent = gradient.values.filter((line) => line.every((value) => value === null)).length;
  if (silent > 0) {
    const where = silent === 1 ? 'one layer' : `${silent} layers`;
    return `The gradient is exactly 0 in ${where} of ${gradient.rows.length}, at every step: nothing is learned there.`;
  }
  if (gradient.rows.length === 1) return `The gradient norm of ${name(first)} over the training.`;
  if (Math.abs(gap) < 1)
    return `From ${name(last)} back to ${name(first)} the gradient keeps its size, within a factor of ${(10 ** Math.abs(gap)).toFixed(1)}.`;
  const change = gap > 0 ? 'shrinks' : 'grows';
  return `On its way from ${name(last)} back to ${name(first)} the gradient ${change} ${times(gap)}.`;
}
