import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { firstNonFinite } from './explosion.js';
import { findingOf } from './finding-of.js';
import { fails, lossTrend } from './loss-trend.js';
import { median, motion } from './motion.js';
import { nonFiniteData } from './non-finite-values.js';
import { rateTooLow } from './rate-too-low.js';
import { learningRateRemedy } from './smaller-steps.js';
import { symptoms } from './symptoms.js';
import { checkCount, checkThreshold } from './threshold.js';

/** Options of {@link learningRate}. */
export interface LearningRateOptions {
  /**
   * Update of a layer over the norm of its weights, from which on steps are too large.
   *
   * @default 0.1 (TheDeepChecker, TOSEM 2022; the rule of thumb of cs231n is 1e-3, and 1e-2 for small nets)
   */
  readonly above?: number;
  /**
   * Update of all weight matrices over their norm, below which steps are too small.
   *
   * @default 2e-4 (heuristic; TheDeepChecker has 1e-4)
   */
  readonly below?: number;
  /**
   * Records needed to call steps too small.
   *
   * @default 50 (heuristic)
   */
  readonly overRecords?: number;
}

const id = 'learning-rate';
/** Records at the beginning and at the end that are judged. */
const judged = 10;
/** A single update this many times the weights leaves nothing of them. Heuristic. */
const overthrow = 1;

/**
 * Finds learning rates that are too high, too low or negative, by how far the weights move.
 *
 * Too high: the update of some layer is above `above` of its weights in the median of the first or last ten records, or once
 * larger than the weights, and training fails, unless by a NaN in the data. Too low: the update of all weight matrices together
 * stays below `below` of them (of Adadelta, which in tfjs is SGD, five times that), at the beginning and now, and after
 * `overRecords` records the loss is not at half of a constant prediction's. Weights smaller than those that keep the variance
 * count as if they did. Names the epsilon of Adam and its kin where that outweighs the gradients, unless it is as small as
 * frameworks give it: then the gradients are the trouble, which other rules tell. A rate so low under Adam and its kin follows
 * from nothing else. Negative: at once, unless the loss does well all the same. An `error` when the rate is negative or the loss
 * is lost, else a `warning`; with `above` and `below` to be cited from TheDeepChecker.
 *
 * @param options - Thresholds.
 * @throws RangeError when a threshold is not positive and finite.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.learningRate({ above: 0.3 }).id); // learning-rate
 * ```
 */
export function learningRate(options: LearningRateOptions = {}): Rule {
  assertKnownOptions('learningRate', options, ['above', 'below', 'overRecords']);
  const { above = 0.1, below = 2e-4, overRecords = 50 } = options;
  checkThreshold('learningRate', 'above', above);
  checkThreshold('learningRate', 'below', below);
  checkCount('learningRate', 'overRecords', overRecords);
  return {
    id,
    explains,
    check: (run) => negative(run) ?? tooHigh(run, above) ?? rateTooLow(run, below, overRecords) ?? [],
  };
}

const explains = ['exploding-gradient', 'gate-saturation', ...symptoms];

function negative(run: Run): Finding[] | null {
  const found = run.steps.find(({ learningRate }) => (learningRate ?? 0) < 0);
  const rate = found?.learningRate ?? 0;
  if (!found || lossTrend(run).well) return null;
  return [
    findingOf(run, id, {
      severity: 'error',
      firstStep: found.step,
      evidence: { learningRate: rate },
      because: id,
      message: `The learning rate of ${shortNumber(rate)} is negative: every step climbs the loss instead of descending.`,
      remedies: [{ kind: 'learning-rate', layers: [], to: -rate, reason: 'a gradient points uphill' }],
    }),
  ];
}

function tooHigh(run: Run, above: number): Finding[] | null {
  if (!fails(run)) return null;
  const finite = run.steps.slice(0, firstNonFinite(run.steps));
  const [early, late] = [finite.slice(0, judged), finite.slice(-judged)];
  const first = [...early, ...late].find((record) => (motion(run, record) ?? 0) > above);
  if (first === undefined) return null;
  const typical = Math.max(
    ...[early, late].map((part) => median(part.map((record) => motion(run, record))) ?? 0),
  );
  const most = Math.max(...[...early, ...late].map((record) => motion(run, record) ?? 0));
  if (!(typical > above) && !(most > overthrow)) return null;
  const lost = finite.length < run.steps.length;
  if (lost && nonFiniteData(run).length > 0) return null;
  const times = shortNumber(Number(most.toPrecision(2)));
  const rate =
    first.learningRate === null
      ? 'The learning rate'
      : `The learning rate of ${shortNumber(first.learningRate)}`;
  return [
    findingOf(run, id, {
      severity: lost ? 'error' : 'warning',
      firstStep: first.step,
      evidence: {
        updateRatio: most,
        typicalRatio: typical,
        ...(first.learningRate !== null && { learningRate: first.learningRate }),
      },
      message: `${rate} is too high: from step ${first.step} on single updates were up to ${times} times the size of the weights, and the loss ${lost ? 'is lost' : 'does not fall'}.`,
      remedies: [...learningRateRemedy(run)],
    }),
  ];
}
