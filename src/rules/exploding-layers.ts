import type { Finding } from '../record/finding.js';
import type { Run, StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import {
  belowSince,
  type Comparison,
  compare,
  type DepthProfile,
  kernelProfile,
  type Probe,
  vectorProfile,
} from './depth-profile.js';
import { hiddenLayers, initializerRemedies, isRecurrent } from './fading-advice.js';
import { lossTrend } from './loss-trend.js';
import { clipRemedy, learningRateRemedy } from './smaller-steps.js';

/** Gradient norm below which nothing is called exploded, however much smaller the output layer's is. Heuristic. */
const largeNorm = 10;
/** Hidden layers that make growth on the way back plausible, and by how much biases must show it. Heuristic. */
const fewestLayers = 3;
const biasRatio = 10;

/** Finds gradients that grow on their way back through the layers, while the loss does not improve. */
export function explodingOverLayers(run: Run, depthRatio: number, overRecords: number): Finding[] {
  const trend = lossTrend(run);
  const profile = kernelProfile(run);
  if (profile === null || !trend.known || trend.converged || trend.succeeded || trend.falling) return [];
  const window = run.steps.slice(-overRecords);
  const vectors = vectorProfile(run);
  const exploded = profile.hidden.flatMap((place) => {
    const compared = compare(place, profile.output, window);
    const { ratios, ratio, norm } = compared;
    const sustained = ratios.length >= overRecords && ratio >= depthRatio && norm >= largeNorm;
    return sustained && isCompound(run, place) && biasesAgree(vectors, place, window)
      ? [{ place, compared }]
      : [];
  });
  const first = exploded[0];
  return first === undefined
    ? []
    : [overLayers(run, profile, first.place, first.compared, depthRatio, exploded.length)];
}

/** Whether there are enough layers, or time steps, on the way back for growth to compound. */
function isCompound({ model }: Run, { facts }: Probe): boolean {
  const hidden = hiddenLayers(model, facts?.depth ?? 0).filter(
    ({ initializers }) => initializers !== undefined,
  );
  return hidden.length >= fewestLayers || hidden.some(isRecurrent);
}

/**
 * Whether the gradient of the bias is larger too: if it is not, the input is large and not what comes back. Nothing to
 * compare agrees.
 */
function biasesAgree(vectors: DepthProfile | null, { path }: Probe, window: readonly StepRecord[]): boolean {
  const bias = vectors?.hidden.find((place) => place.path === path);
  return !vectors || !bias || !(compare(bias, vectors.output, window).ratio < biasRatio);
}

function overLayers(
  run: Run,
  { output }: DepthProfile,
  place: Probe,
  { norm, outputNorm, ratio }: Comparison,
  depthRatio: number,
  layers: number,
): Finding {
  const depth = place.facts?.depth ?? 0;
  const hidden = hiddenLayers(run.model, depth);
  const times = shortNumber(Number(ratio.toPrecision(2)));
  return {
    rule: 'exploding-gradient',
    severity: 'warning',
    where: place.path,
    firstStep: belowSince(run.steps, output, place, 1 / depthRatio),
    lastStep: run.steps.at(-1)?.step ?? 0,
    evidence: { gradientNorm: norm, outputGradientNorm: outputNorm, ratio, layers },
    message:
      `${place.path}: gradient norm ${shortNumber(norm)}, ${times} times the output layer's, and the loss does not ` +
      `improve: the gradient grows on its way back through ${hidden.length} layer${hidden.length === 1 ? '' : 's'}.`,
    remedies: [
      ...initializerRemedies(hidden),
      clipRemedy(1, 'the usual choice where no healthy norms were seen'),
      ...learningRateRemedy(run),
    ],
  };
}
