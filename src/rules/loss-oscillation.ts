import type { Finding, Remedy, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { judgedLossInWords } from './data-loss.js';
import { findingOf } from './finding-of.js';
import { incomparableLosses } from './incomparable-losses.js';
import { finiteLosses, lossTrend, spread, stepOfLoss } from './loss-trend.js';
import { learningRateRemedy } from './smaller-steps.js';
import { checkCount, checkThreshold } from './threshold.js';

/** Options of {@link lossOscillation}. */
export interface LossOscillationOptions {
  /**
   * Standard deviation of the recent losses over their mean.
   *
   * @default 0.5 (heuristic)
   */
  readonly deviation?: number;
  /**
   * Newest losses to judge by.
   *
   * @default 100 (heuristic)
   */
  readonly overRecords?: number;
}

const id = 'loss-oscillation';
/** Samples in a batch below which its noise is the likely reason. Heuristic. */
const smallBatch = 8;

/**
 * Finds losses that leap up and down without getting anywhere.
 *
 * The standard deviation of the newest losses exceeds `deviation` of their mean, they are not lower than as many before, training
 * does not do well, there is a gradient, and neither an adversary, nor moving targets, nor a loss of your own around 0. A
 * `warning`; recommends larger batches where they are small, and a lower rate.
 *
 * @param options - Thresholds.
 * @throws RangeError when `deviation` is not positive and finite, or `overRecords` no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.lossOscillation({ deviation: 1 }).id); // loss-oscillation
 * ```
 */
export function lossOscillation(options: LossOscillationOptions = {}): Rule {
  assertKnownOptions('lossOscillation', options, ['deviation', 'overRecords']);
  const { deviation = 0.5, overRecords = 100 } = options;
  checkThreshold('lossOscillation', 'deviation', deviation);
  checkCount('lossOscillation', 'overRecords', overRecords);
  return {
    id,
    explains: ['zero-gradient', 'gradient-spike', 'update-ratio-high', 'loss-plateau'],
    check: (run) => check(run, deviation, overRecords),
  };
}

function check(run: Run, deviation: number, overRecords: number): Finding[] {
  const losses = finiteLosses(run);
  const { known, well } = lossTrend(run);
  if (!known || well || incomparableLosses(run) || losses.length < 2 * overRecords) return [];
  const window = losses.slice(-overRecords);
  // The loss of a model that stands still is as uneven as its batches.
  if (run.steps.slice(-overRecords).every(({ globalNorm }) => globalNorm === 0)) return [];
  const recent = spread(window);
  const before = spread(losses.slice(-2 * overRecords, -overRecords));
  const std = Math.sqrt(recent.error2 * window.length);
  if (
    !(std > deviation * Math.abs(recent.mean)) ||
    before.mean - recent.mean > 3 * Math.sqrt(before.error2 + recent.error2)
  )
    return [];
  const { batchSize } = run.data ?? {};
  const small = batchSize !== undefined && batchSize < smallBatch;
  const batch: Remedy[] = small
    ? [
        {
          kind: 'optimizer',
          layers: [],
          to: 'batchSize 32',
          reason: `gradients of ${batchSize === 1 ? 'single' : batchSize} samples are mostly noise`,
        },
      ]
    : [];
  return [
    findingOf(run, id, {
      severity: 'warning',
      firstStep: stepOfLoss(run, overRecords),
      evidence: { mean: recent.mean, deviation: std, ...(batchSize !== undefined && { batchSize }) },
      message:
        `${judgedLossInWords(run)} leaps up and down, ${shortNumber(recent.mean)} on average with a deviation of ${shortNumber(std)}, and gets nowhere` +
        `${small ? `: batches of ${batchSize} leave too much noise at this learning rate` : ''}.`,
      remedies: [...batch, ...learningRateRemedy(run)],
    }),
  ];
}
