import type { Grid, Line, Picture } from '../../picture.js';
import type { Chart } from '../chart.js';
import { lastOf, percent } from '../numbers.js';
import { drawLayerMap } from './layer-map.js';

export const deadMap: Chart = shareMap('dead', 'Dead units', 'dead share', {
  howToRead:
    'The share of units that gave 0 for every sample of the batch. A dead unit has no gradient and can stay so for good. Some are ' +
    'normal behind a ReLU; a row that gains colour over time is a layer that is dying, mostly of steps that are too large.',
  of: ({ dead }) => dead,
});

export const saturatedMap: Chart = shareMap('saturated', 'Saturated outputs', 'saturated share', {
  howToRead:
    'The share of outputs on the flat ends of a sigmoid, a tanh or the like, where the slope is nearly 0 and gradients end. Strong ' +
    'rows call for smaller weights, normalised inputs, or an activation without flat ends.',
  of: ({ saturated }) => saturated,
});

function shareMap(
  id: string,
  title: string,
  keyLabel: string,
  { howToRead, of }: { howToRead: string; of: (picture: Picture) => Grid | undefined },
): Chart {
  return {
    id,
    title,
    howToRead,
    applies: (picture) => of(picture) !== undefined,
    draw(scene) {
      const grid = held(of(scene.picture) ?? { rows: [], values: [], marks: [] });
      return drawLayerMap(scene, {
        grid,
        domain: [0, 1],
        takeaway: takeaway(grid, scene.picture, keyLabel),
        keyLabel,
        format: percent,
      });
    },
  };
}

/** Outputs are measured more rarely than gradients: until the next time, the last numbers stand. */
function held(grid: Grid): Grid {
  const hold = (line: Line): Line => {
    let last: number | null = null;
    return line.map((value) => {
      last = value ?? last;
      return last;
    });
  };
  return { ...grid, values: grid.values.map(hold) };
}

function takeaway(grid: Grid, { layers }: Picture, what: string): string {
  const last = grid.values.map((line) => lastOf(line) ?? 0);
  const worst = last.indexOf(Math.max(...last));
  const name = layers[grid.rows[worst] ?? -1]?.name ?? '';
  return `At the end the greatest ${what} is ${percent(last[worst] ?? 0)}, in ${name}.`;
}
