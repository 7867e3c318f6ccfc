import type { Finding, Remedy, Rule } from '../record/finding.js';
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
import { type Explosion, findExplosion, firstNonFinite } from './explosion.js';
import { hiddenLayers, initializerRemedies, isRecurrent } from './fading-advice.js';
import { lossTrend } from './loss-trend.js';
import { checkCount, checkThreshold } from './threshold.js';
import { gradientNorm, weightedLayers } from './weighted-layers.js';

/** Options of {@link explodingGradient}. */
export interface ExplodingGradientOptions {
  /**
   * Fires whenever the global gradient norm is above this, at any step and whatever the loss does. Given, it replaces the
   * rule's own judgement.
   *
   * @default none: the rule judges by `growth` and `depthRatio`
   */
  readonly above?: number;
  /**
   * Growth of the global gradient norm over that of the first steps that counts as exploding.
   *
   * @default 100 (heuristic)
   */
  readonly growth?: number;
  /**
   * Gradient norm of a hidden layer, over the output layer's, that counts as exploding on the way back.
   *
   * @default 100 (heuristic; AutoTrainer, ICSE 2021, has 70 but asks for no norm)
   */
  readonly depthRatio?: number;
  /**
   * Newest records that must agree on `depthRatio`.
   *
   * @default 10 (heuristic)
   */
  readonly overRecords?: number;
}

const id = 'exploding-gradient';
/** Gradient norm below which nothing is called exploded, however much smaller the output layer's is. Heuristic. */
const largeNorm = 10;
/** Hidden layers that make growth on the way back plausible, and by how much biases must show it. Heuristic. */
const fewestLayers = 3;
const biasRatio = 10;
/** A loss this many times what it was is lost rather than troubled. Heuristic. */
const lostFactor = 10;

/**
 * Finds gradients that grow without bound, over the steps or on their way back through the layers.
 *
 * Over the steps: the global norm reaches `growth` times that of the first steps, and the loss then is not finite, at least
 * doubled, or does not improve for 20 records. Over the layers: the first layers get `depthRatio` times the output layer's
 * gradient, at a norm of 10 or more, through three layers or a recurrent one, and the loss does not improve. A norm that grows while the loss falls, and a spike
 * from which the loss recovers, are not called explosions.
 *
 * An `error` where the loss is no longer finite or ten times what it was. Steps at and after the first NaN or infinite
 * gradient are {@link nonFinite}'s business.
 *
 * @param options - Thresholds.
 * @throws RangeError when a threshold is not positive and finite.
 *
 * @example
 * ```ts
 * import { diagnose, rules, type StepRecord } from 'gradient-health';
 *
 * const steps: StepRecord[] = [4, 12].map((globalNorm, step) => ({
 *   step, wallTimeMs: 0, loss: 1, learningRate: 0.1, globalNorm, variables: {},
 * }));
 * const report = diagnose({ schema: 1, model: null, backend: null, data: null, steps }, [rules.explodingGradient({ above: 10 })]);
 * console.log(report.findings[0]?.message); // The global gradient norm was above 10 at 1 of 2 recorded steps, first at step 1 (12), at most 12.
 * ```
 */
export function explodingGradient(options: ExplodingGradientOptions = {}): Rule {
  const { above, growth = 100, depthRatio = 100, overRecords = 10 } = options;
  checkThreshold('explodingGradient', 'above', above);
  checkThreshold('explodingGradient', 'growth', growth);
  checkThreshold('explodingGradient', 'depthRatio', depthRatio);
  checkCount('explodingGradient', 'overRecords', overRecords);
  return {
    id,
    check(run) {
      if (above !== undefined) return checkNorms(run, above);
      const explosion = findExplosion(run, growth);
      return explosion === null ? checkDepth(run, depthRatio, overRecords) : [overSteps(run, explosion)];
    },
  };
}

function overSteps(run: Run, explosion: Explosion): Finding {
  const { onset, usualNorm, peakNorm, outcome, lossBefore, lossAfter } = explosion;
  const first = run.steps[onset]?.step ?? 0;
  const end = firstNonFinite(run.steps);
  const where = largestLayer(run, run.steps[onset]) ?? 'model';
  const story = {
    'non-finite': 'and then became non-finite',
    diverging: `and the loss rose from ${shortNumber(lossBefore)} to ${shortNumber(lossAfter)}`,
    stuck: 'and the loss has not recovered since',
  }[outcome];
  const lost = outcome === 'non-finite' || (outcome === 'diverging' && lossAfter >= lostFactor * lossBefore);
  return {
    rule: id,
    severity: lost ? 'error' : 'warning',
    where,
    firstStep: first,
    lastStep: run.steps[end - 1]?.step ?? first,
    evidence: { usualNorm, peakNorm, growth: peakNorm / usualNorm, lossBefore, lossAfter },
    message:
      `The global gradient norm grew from ${shortNumber(usualNorm)} to ${shortNumber(peakNorm)} from step ${first} on ` +
      `(most of it in ${where}), ${story}: each update made the next gradient larger.`,
    remedies: [clipRemedy(usualNorm, 'the norm of the steps before'), ...learningRateRemedy(run)],
  };
}

function checkDepth(run: Run, depthRatio: number, overRecords: number): Finding[] {
  const trend = lossTrend(run);
  const profile = run.model === null ? null : kernelProfile(run);
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

/** Whether the gradient of the bias is larger too: if it is not, the input is large and not what comes back. */
function biasesAgree(vectors: DepthProfile | null, { path }: Probe, window: readonly StepRecord[]): boolean {
  const bias = vectors?.hidden.find((place) => place.path === path);
  return !vectors || !bias || compare(bias, vectors.output, window).ratio >= biasRatio;
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
    rule: id,
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

function checkNorms(run: Run, above: number): Finding[] {
  const hits = run.steps.filter(({ globalNorm }) => globalNorm > above);
  const [first, last] = [hits[0], hits.at(-1)];
  if (first === undefined || last === undefined) return [];
  const most = Math.max(...hits.map(({ globalNorm }) => globalNorm));
  const end = firstNonFinite(run.steps);
  const lost = end < run.steps.length && run.steps.indexOf(first) <= end;
  const diverging = findExplosion(run, lostFactor)?.outcome === 'diverging';
  return [
    {
      rule: id,
      severity: lost || diverging ? 'error' : 'warning',
      where: largestLayer(run, first) ?? 'model',
      firstStep: first.step,
      lastStep: last.step,
      evidence: { gradientNorm: first.globalNorm, largestNorm: most, above, steps: hits.length },
      message:
        `The global gradient norm was above ${shortNumber(above)} at ${hits.length} of ${run.steps.length} recorded steps, ` +
        `first at step ${first.step} (${shortNumber(first.globalNorm)}), at most ${shortNumber(most)}.`,
      remedies: [clipRemedy(above, 'the limit that you gave'), ...learningRateRemedy(run)],
    },
  ];
}

/** Path of the layer whose weights have the largest gradient in this record. */
function largestLayer(run: Run, record: StepRecord | undefined): string | undefined {
  let largest: { path: string; norm: number } | undefined;
  for (const { path, kernels, vectors } of record === undefined ? [] : weightedLayers(run)) {
    const norm = record && gradientNorm(record, [...kernels, ...vectors]);
    if (norm !== undefined && norm > (largest?.norm ?? 0)) largest = { path, norm };
  }
  return largest?.path;
}

function clipRemedy(norm: number, what: string): Remedy {
  const limit = Number(norm.toPrecision(1));
  return {
    kind: 'clip',
    layers: [],
    to: `clipByGlobalNorm(${limit})`,
    reason: `it scales larger gradients down to ${what} and keeps their direction`,
  };
}

function learningRateRemedy({ steps }: Run): Remedy[] {
  const rate = steps.at(-1)?.learningRate ?? null;
  if (rate === null || !(rate > 0)) return [];
  const to = Number((rate / 10).toPrecision(3));
  return [{ kind: 'learning-rate', layers: [], to, reason: 'smaller updates overshoot less' }];
}
