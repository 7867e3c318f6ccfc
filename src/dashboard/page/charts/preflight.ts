import type { PreflightSlope } from '../../picture.js';
import type { Chart } from '../chart.js';
import { drawDepth } from '../depth-drawing.js';

export const preflightChart: Chart = {
  id: 'preflight',
  title: 'Gradient by depth, before any training',
  howToRead:
    'Rings are the gradient at the output of each layer with weights, as one batch showed it before the first update. Dots are what ' +
    'the configuration foretells from initialisers and activations alone. The line joins the first layer and the last. Level is good; ' +
    'steeply up to the right, the first layers would get next to nothing; steeply down, the gradient would explode.',
  applies: ({ preflight }) => preflight !== undefined,
  draw(scene) {
    const { points, line, ...slopes } = scene.picture.preflight ?? noSlope;
    return drawDepth(
      {
        points: points.map(({ layer, measured, foretold }, depth) => ({
          ...{ layer, depth: depth + 1 },
          ...{ ring: measured, dot: foretold },
        })),
        ...(line && { line }),
        ringName: 'measured',
        dotName: 'foretold',
        dotMissing: 'not known',
        norm: 'gradient norm at the output',
        depthName: 'layer with weights',
        takeaway: takeaway(slopes),
      },
      scene,
    );
  },
};

const noSlope: PreflightSlope = { points: [], slope: null, weightSlope: null, activationSlope: null };

function takeaway({
  slope,
  weightSlope,
  activationSlope,
}: Pick<PreflightSlope, 'slope' | 'weightSlope' | 'activationSlope'>): string {
  if (slope === null) return 'Before training, the gradient of some layer is 0 or not finite.';
  const factor = (decades: number): string => String(Number((10 ** decades).toPrecision(2)));
  const parts =
    weightSlope === null || activationSlope === null
      ? ''
      : `: ${factor(weightSlope)} by the weights, ${factor(activationSlope)} by the activations`;
  return `Before training, each layer on the way back multiplies the gradient by ${factor(slope)}${parts}.`;
}
