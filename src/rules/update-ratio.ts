import type { Finding, Remedy, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run, StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { adaptive } from './adaptive.js';
import { findingOf } from './finding-of.js';
import { fails } from './loss-trend.js';
import { median, usualNorm } from './motion.js';
import { learningRateRemedy } from './smaller-steps.js';
import { checkCount, checkThreshold } from './threshold.js';
import { variableOf, type WeightedLayer, weightedLayers } from './weighted-layers.js';

/** Options of {@link updateRatioHigh} and {@link updateRatioLow}. */
export interface UpdateRatioOptions {
  /**
   * Norm of an update over that of the weight, in the median of the newest records, beyond which it counts.
   *
   * @default 0.1 for high and 1e-6 for low (heuristic; TheDeepChecker, TOSEM 2022, has 0.1 and 1e-4)
   */
  readonly ratio?: number;
  /**
   * Newest records to judge by.
   *
   * @default 10 (heuristic)
   */
  readonly overRecords?: number;
}

/**
 * Finds layers whose weights change by a large part of themselves at every step, in a run that fails.
 *
 * Reads the updates of the weight matrices over their norm or, where that is larger, over that of weights that keep the variance,
 * in the median of the newest records: weights that start near 0 may well double. Where the whole model moves too far,
 * {@link learningRate} says so and is the cause. Silent where training does not fail. A `warning`.
 *
 * @param options - Thresholds.
 * @throws RangeError when `ratio` is not positive and finite, or `overRecords` no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.updateRatioHigh({ ratio: 0.3 }).id); // update-ratio-high
 * ```
 */
export function updateRatioHigh(options: UpdateRatioOptions = {}): Rule {
  assertKnownOptions('updateRatioHigh', options, ['ratio', 'overRecords']);
  const { ratio = 0.1, overRecords = 10 } = options;
  return ruleOf('updateRatioHigh', 'update-ratio-high', ratio, overRecords);
}

/**
 * Finds layers whose weights all but stand still although they get a gradient, in a run that fails.
 *
 * Reads `updateRatio` of the weight matrices, in the median of the newest records. Where the whole model hardly moves,
 * {@link learningRate} says so and is the cause. Silent where training does not fail, and on layers without a gradient. A
 * `warning`.
 *
 * @param options - Thresholds.
 * @throws RangeError when `ratio` is not positive and finite, or `overRecords` no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.updateRatioLow({ ratio: 1e-5 }).id); // update-ratio-low
 * ```
 */
export function updateRatioLow(options: UpdateRatioOptions = {}): Rule {
  assertKnownOptions('updateRatioLow', options, ['ratio', 'overRecords']);
  const { ratio = 1e-6, overRecords = 10 } = options;
  return ruleOf('updateRatioLow', 'update-ratio-low', ratio, overRecords);
}

function ruleOf(name: string, id: string, ratio: number, overRecords: number): Rule {
  checkThreshold(name, 'ratio', ratio);
  checkCount(name, 'overRecords', overRecords);
  const explains = ['gradient-spike', 'loss-divergence', 'loss-oscillation', 'loss-plateau'];
  return { id, explains, check: (run) => (fails(run) ? check(run, id, ratio, overRecords) : []) };
}

function check(run: Run, id: string, threshold: number, overRecords: number): Finding[] {
  const window = run.steps.slice(-overRecords);
  if (window.length < overRecords) return [];
  const isHigh = id === 'update-ratio-high';
  const layers = weightedLayers(run).filter(({ kernels }) => kernels.length > 0);
  const found = layers.flatMap((layer) => {
    const ratio = median(window.map((record) => ratioOf(layer, record, false))) ?? 0;
    const judged = isHigh ? (median(window.map((record) => ratioOf(layer, record, true))) ?? 0) : ratio;
    return (isHigh ? judged > threshold : ratio < threshold && ratio > 0) ? [{ layer, ratio }] : [];
  });
  const first = found[0];
  if (first === undefined) return [];
  const { layer, ratio } = first;
  const others = found.length === 1 ? '' : ` (and ${found.length - 1} more)`;
  return [
    findingOf(run, id, {
      severity: 'warning',
      where: layer.path,
      firstStep: window[0]?.step ?? 0,
      evidence: { updateRatio: ratio, layers: found.length },
      message: `${layer.path}${others}: an update changes the weights by ${shortNumber(Number(ratio.toPrecision(2)))} of themselves, where about 0.001 is usual.`,
      remedies: isHigh ? learningRateRemedy(run) : found.length < layers.length ? ownSteps(run) : [],
    }),
  ];
}

/** For layers that stand still beside others that move: optimizers that divide by the gradient's size do so already. */
function ownSteps({ model }: Run): Remedy[] {
  if (model === null || adaptive.test(model.optimizer.className)) return [];
  const reason = "it divides each weight's step by the size of its own gradients";
  return [{ kind: 'optimizer', layers: [], to: 'adam(0.001)', reason }];
}

/** @param atLeastUsual - Whether weights near 0, which may move by many times their norm, count as large as usual ones. */
function ratioOf(
  { kernels, facts }: WeightedLayer,
  record: StepRecord,
  atLeastUsual: boolean,
): number | undefined {
  let [update, weight] = [0, 0];
  for (const key of kernels) {
    const { updateNorm = 0, weightNorm = 0 } = variableOf(record, key) ?? {};
    update += updateNorm ** 2;
    weight += Math.max(weightNorm, atLeastUsual ? usualNorm(facts, record, key) : 0) ** 2;
  }
  const ratio = Math.sqrt(update / weight);
  return Number.isFinite(ratio) ? ratio : undefined;
}
