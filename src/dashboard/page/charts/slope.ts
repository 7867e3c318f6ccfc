import type { Chart } from '../chart.js';
import { drawDepth, zero } from '../depth-drawing.js';

export const slopeChart: Chart = {
  id: 'slope',
  title: 'Gradient by depth, before and after',
  howToRead:
    'Rings are the layers at the first record, before training could change much: it is the initial weights and activations that speak ' +
    'here. Dots are the layers at the last one. The line is the trend of the rings. Level is good; a line that climbs steeply to the right ' +
    'tells that the first layers get next to nothing.',
  applies: ({ slope }) => slope !== undefined,
  draw(scene) {
    const { points, line, firstStep, lastStep } = scene.picture.slope ?? {
      ...{ points: [], firstStep: 0, lastStep: 0 },
      line: { at: 0, perLayer: 0 },
    };
    return drawDepth(
      {
        points: points.map(({ layer, depth, first, last }) => ({ layer, depth, ring: first, dot: last })),
        line,
        ringName: `step ${firstStep}`,
        dotName: `step ${lastStep}`,
        dotMissing: zero,
        norm: 'gradient norm',
        depthName: 'depth',
        takeaway: takeaway(line.perLayer),
      },
      scene,
    );
  },
};

function takeaway(perLayer: number): string {
  const factor = 10 ** Math.abs(perLayer);
  if (factor < 1.15) return 'With the initial weights the gradient keeps its size from layer to layer.';
  const change = perLayer > 0 ? 'shrinks' : 'grows';
  return `With the initial weights the gradient ${change} by a factor of ${Number(factor.toPrecision(2))} with each layer on its way back.`;
}
