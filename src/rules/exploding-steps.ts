import type { Finding } from '../record/finding.js';
import type { Run, StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { type Explosion, findExplosion, findOvershoot, firstNonFinite, type Overshoot } from './explosion.js';
import { clipRemedy, learningRateRemedy } from './smaller-steps.js';
import { gradientNorm, weightedLayers } from './weighted-layers.js';

const id = 'exploding-gradient';
/** A loss this many times what it was is lost rather than troubled. Heuristic. */
const lostFactor = 10;
/** Update ratio that a clip should leave of one that overshot: cs231n's rule of thumb is 1e-3, and 1e-2 for small nets. */
const healthyRatio = 0.01;

/** Finds gradients that grow from step to step, or that one step cannot survive. */
export function explodingOverSteps(run: Run, growth: number): Finding | null {
  const explosion = findExplosion(run, growth);
  if (explosion !== null) return grown(run, explosion);
  const overshoot = findOvershoot(run);
  return overshoot === null ? null : overshot(run, overshoot);
}

function grown(run: Run, explosion: Explosion): Finding {
  const { onset, usualNorm, peakNorm, outcome, lossBefore, lossAfter } = explosion;
  const first = run.steps[onset]?.step ?? 0;
  const end = firstNonFinite(run.steps);
  const place = largestLayer(run, run.steps[onset]);
  const lossKnown = !Number.isNaN(lossBefore);
  const story = {
    'non-finite': 'and then became non-finite',
    diverging: `and the loss rose from ${shortNumber(lossBefore)} to ${shortNumber(lossAfter)}`,
    stuck: lossKnown ? 'and the loss has not recovered since' : 'and has not come back since',
  }[outcome];
  const lost = outcome === 'non-finite' || (outcome === 'diverging' && lossAfter >= lostFactor * lossBefore);
  return {
    rule: id,
    severity: lost ? 'error' : 'warning',
    where: place ?? 'model',
    firstStep: first,
    lastStep: run.steps[end - 1]?.step ?? first,
    evidence: {
      usualNorm,
      peakNorm,
      growth: peakNorm / usualNorm,
      ...(lossKnown && { lossBefore, lossAfter }),
    },
    message:
      `The global gradient norm grew from ${shortNumber(usualNorm)} to ${shortNumber(peakNorm)} from step ${first} on` +
      `${mostlyIn(place)}, ${story}: each update made the next gradient larger.`,
    remedies: [clipRemedy(usualNorm, 'the norm of the steps before'), ...learningRateRemedy(run)],
  };
}

function overshot(run: Run, { index, norm, ratio }: Overshoot): Finding {
  const record = run.steps[index];
  const step = record?.step ?? 0;
  const place = largestLayer(run, record);
  return {
    rule: id,
    severity: 'error',
    where: place ?? 'model',
    firstStep: step,
    lastStep: step,
    evidence: { gradientNorm: norm, updateRatio: ratio },
    message:
      `A global gradient norm of ${shortNumber(norm)} at step ${step}${mostlyIn(place)} moved the weights by ` +
      `${shortNumber(ratio)} times their own norm, and nothing was finite after that.`,
    remedies: [
      clipRemedy((norm * healthyRatio) / ratio, 'a step of about 1 % of the weights'),
      ...learningRateRemedy(run),
    ],
  };
}

function mostlyIn(place: string | undefined): string {
  return place === undefined ? '' : ` (most of it in ${place})`;
}

/** Path of the layer whose weights have the largest gradient in this record. */
export function largestLayer(run: Run, record: StepRecord | undefined): string | undefined {
  let largest: { path: string; norm: number } | undefined;
  if (record === undefined) return undefined;
  for (const { path, kernels, vectors } of weightedLayers(run)) {
    const norm = gradientNorm(record, [...kernels, ...vectors]) ?? 0;
    if (norm > (largest?.norm ?? 0)) largest = { path, norm };
  }
  return largest?.path;
}
