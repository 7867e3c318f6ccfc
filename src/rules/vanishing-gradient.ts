import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run, StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import {
  activationProfile,
  belowSince,
  type Comparison,
  compare,
  type DepthProfile,
  kernelProfile,
  type Probe,
  slack,
} from './depth-profile.js';
import { fadingCause, fadingRemedies, hiddenLayers, largestSlope } from './fading-advice.js';
import { finiteLosses, lossTrend } from './loss-trend.js';
import { median } from './motion.js';
import { normsBelow } from './norms-below.js';
import { checkCount, checkThreshold } from './threshold.js';
import { variableOf, weightedLayers } from './weighted-layers.js';

/** Options of {@link vanishingGradient}. */
export interface VanishingGradientOptions {
  /**
   * Fires for every layer whose gradient norm is below this, at any step and whatever the loss does. Given, it replaces
   * the rule's own judgement.
   *
   * @default none: the rule judges by `ratio`
   */
  readonly below?: number;
  /**
   * Share of the output layer's gradient norm below which a hidden layer's counts as vanishing.
   *
   * @default 1e-3, as AutoTrainer (ICSE 2021) has it
   */
  readonly ratio?: number;
  /**
   * Newest records that must agree. A ratio of 1e-5 or less needs three.
   *
   * @default 10 (heuristic)
   */
  readonly overRecords?: number;
  /**
   * Whether to judge before the loss tells, as {@link preflight} does with one record.
   *
   * @default false
   */
  readonly atOnce?: boolean;
}

const id = 'vanishing-gradient';
/** Gradient norm above which a layer is not called starved however much more others get (AutoTrainer, ICSE 2021). */
const starvingNorm = 1e-4;
/** Update over weights below which a layer stands still while training fails (TheDeepChecker, TOSEM 2022). */
const starvingRatio = 1e-4;
/** Ratio at which three records are evidence enough. Heuristic. */
const overwhelmingRatio = 1e-5;
const overwhelmingRecords = 3;
/** Losses without success after which ten times the ratio is evidence enough. Heuristic. */
const patience = 100;
/** Share of a constant prediction's loss above which so many have hardly improved on it. Heuristic. */
const barely = 0.9;
/** A ratio that grew by this factor within the window is recovering, as after a zero initialisation. Heuristic. */
const recovery = 3;

/**
 * Finds gradients that fade on their way from the output back to the first layers, so that these hardly learn.
 *
 * Compares the L2 norm of each hidden layer's weight gradients with the output layer's, over the newest records. Fires when the
 * ratio stays below `ratio` and the norm below 1e-4, or when the ratio stays below 1e-5 for three records. In a run that is stuck,
 * which fails after 100 steps or has a loss above nine tenths of a constant prediction's then, ten times the ratio is enough, with
 * the norm or the update ratio below 1e-4, or sigmoids whose slopes alone leave no more than that. Where activations are recorded
 * it compares their gradients too: with Xavier weights and ReLU the gradients of all weights shrink alike and hide the decay.
 *
 * Silent while training succeeds anyway: the loss is at half of a constant prediction's, or all but zero. Where it has fallen
 * below a constant prediction's by less and is not stuck, only the ratio of 1e-5 counts. Silent on layers whose gradient is
 * exactly 0, which is {@link zeroGradient}'s business, and on NaN. Without a loss, or without a model (then without depth), only
 * overwhelming ratios count. Known to miss: a squared error that falls by the output bias alone, unless the run holds statistics
 * of the targets.
 *
 * @param options - Thresholds.
 * @throws RangeError when a threshold is not positive and finite.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.vanishingGradient({ below: 1e-7 }).id); // vanishing-gradient
 * ```
 */
export function vanishingGradient(options: VanishingGradientOptions = {}): Rule {
  assertKnownOptions('vanishingGradient', options, ['below', 'ratio', 'overRecords', 'atOnce']);
  const { below, ratio = 1e-3, overRecords = 10, atOnce = false } = options;
  checkThreshold('vanishingGradient', 'below', below);
  checkThreshold('vanishingGradient', 'ratio', ratio);
  checkCount('vanishingGradient', 'overRecords', overRecords);
  return {
    id,
    explains: [
      'learning-rate',
      'zero-gradient',
      'unchanged-weights',
      'update-ratio-high',
      'update-ratio-low',
      'gradient-spike',
      'loss-oscillation',
      'loss-plateau',
    ],
    check: (run) =>
      below === undefined ? checkRatio(run, ratio, overRecords, atOnce) : normsBelow(run, id, below),
  };
}

function checkRatio(run: Run, ratio: number, overRecords: number, atOnce: boolean): Finding[] {
  const trend = lossTrend(run);
  if (trend.converged || trend.good) return [];
  const tapped = run.steps.filter(({ layers }) => layers !== undefined);
  const views: readonly [DepthProfile | null, readonly StepRecord[], string][] = [
    [kernelProfile(run), run.steps, 'gradient norm'],
    [activationProfile(run, tapped), tapped, 'gradient norm of its output'],
  ];
  const stuck = (trend.failing || trend.share > barely) && finiteLosses(run).length >= patience;
  // Where the loss does not say that training is stuck, or depth is not known, only overwhelming evidence counts.
  const judged = stuck || (trend.known && !trend.falling && !trend.succeeded);
  const needed = (atOnce || judged) && run.model !== null ? 1 : 2;
  for (const [profile, records, what] of views) {
    if (profile === null) continue;
    const window = untilDead(records, profile).slice(-overRecords);
    const isStarved = ({ norm, place }: Comparison & { readonly place: Probe }): boolean =>
      norm < starvingNorm ||
      (stuck &&
        (stillness(run, place.path, window) < starvingRatio || slopesBehind(run, place) < slack * ratio));
    const compared = profile.hidden.map((place) => ({ place, ...compare(place, profile.output, window) }));
    const strong = compared.filter(
      (layer) =>
        strengthOf(layer, stuck ? slack * ratio : ratio, atOnce ? 1 : overRecords, isStarved(layer)) >=
        needed,
    );
    if (!strong.some((layer) => layer.ratio > 0)) continue;
    // The block reaches as far as ratios are nearly as low, so that it has the same first layer from check to check.
    const faded = compared.filter((layer) => strong.includes(layer) || layer.ratio < slack * ratio);
    const first = faded.find((layer) => layer.ratio > 0);
    if (first) return [finding(run, profile, records, what, first, ratio, faded.length)];
  }
  return [];
}

/** Without the newest records in which no hidden layer gets any gradient: what faded before may be gone by then. */
function untilDead(records: readonly StepRecord[], { hidden }: DepthProfile): readonly StepRecord[] {
  let end = records.length;
  for (const record of [...records].reverse()) {
    if (hidden.some(({ normIn }) => (normIn(record) ?? 0) !== 0)) break;
    end--;
  }
  return records.slice(0, end);
}

/** 2: overwhelming, 1: good enough where the loss agrees, 0: none. */
function strengthOf(
  { ratios, ratio }: Comparison,
  threshold: number,
  overRecords: number,
  isStarved: boolean,
): 0 | 1 | 2 {
  const [oldest = 0, newest = 0] = [ratios[0], ratios.at(-1)];
  if (newest > recovery * oldest) return 0;
  const overwhelming = Math.min(threshold, overwhelmingRatio);
  if (ratios.length >= overwhelmingRecords && ratios.every((r) => r <= overwhelming)) return 2;
  if (ratios.length < overRecords) return 0;
  return ratio < threshold && isStarved && ratios.every((r) => r < slack * threshold) ? 1 : 0;
}

/** Update of a layer's weights over their norm, in the median; 1 where it is not known. */
function stillness(run: Run, path: string, window: readonly StepRecord[]): number {
  const keys = weightedLayers(run).find((layer) => layer.path === path)?.kernels ?? [];
  const ratios = window.flatMap((record) => keys.map((key) => variableOf(record, key)?.updateRatio));
  return median(ratios) ?? 1;
}

/**
 * What the slopes of the activations from here to the output leave of a gradient at most. Adam moves the layers before them
 * however little that is, but not to where the loss would fall.
 */
function slopesBehind({ model }: Run, { facts }: Probe): number {
  return hiddenLayers(model, facts?.depth ?? 0).reduce(
    (left, { activation = '' }) => left * (largestSlope.get(activation) ?? 1),
    1,
  );
}

function finding(
  run: Run,
  profile: DepthProfile,
  records: readonly StepRecord[],
  what: string,
  { place, norm, outputNorm, ratio }: Comparison & { readonly place: Probe },
  threshold: number,
  layers: number,
): Finding {
  const firstStep = belowSince(records, place, profile.output, threshold);
  const hidden = hiddenLayers(run.model, place.facts?.depth ?? 0);
  const cause = fadingCause(hidden);
  const others = run.model === null ? `that of ${profile.output.path}` : "the output layer's";
  const since = `since step ${firstStep}${cause === undefined ? '' : `: ${cause}`}`;
  return {
    rule: id,
    severity: 'warning',
    where: place.path,
    firstStep,
    lastStep: run.steps.at(-1)?.step ?? firstStep,
    evidence: { gradientNorm: norm, outputGradientNorm: outputNorm, ratio, layers },
    message: `${place.path}: ${what} ${shortNumber(norm)}, ${fraction(ratio)} of ${others}, ${since}.`,
    remedies:
      hidden.length > 0
        ? fadingRemedies(hidden, run.model)
        : [
            {
              kind: 'initializer',
              layers: [place.path],
              to: 'heNormal',
              reason: 'for relu (xavierUniform for tanh): weights that keep the variance from layer to layer',
            },
          ],
  };
}

/** `1/40000`, two digits of it. */
function fraction(ratio: number): string {
  return `1/${shortNumber(Number((1 / ratio).toPrecision(2)))}`;
}
