import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { explodingOverLayers } from './exploding-layers.js';
import { explodingOverSteps, largestLayer } from './exploding-steps.js';
import { findExplosion, firstNonFinite } from './explosion.js';
import { clipRemedy, learningRateRemedy } from './smaller-steps.js';
import { checkCount, checkThreshold } from './threshold.js';

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
/** A loss this many times what it was is lost rather than troubled. Heuristic. */
const lostFactor = 10;

/**
 * Finds gradients that grow without bound, over the steps or on their way back through the layers.
 *
 * Over the steps: the global norm reaches `growth` times that of the first steps, and the loss then is not finite, at least
 * doubled, or does not improve for 20 records; or a single update is larger than the weights and nothing is finite after
 * it. Over the layers: the first layers get `depthRatio` times the output layer's gradient, at a norm of 10 or more,
 * through three layers or a recurrent one, and the loss does not improve. A norm that grows while the loss falls, and a
 * spike from which the loss recovers, are not called explosions.
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
  assertKnownOptions('explodingGradient', options, ['above', 'growth', 'depthRatio', 'overRecords']);
  const { above, growth = 100, depthRatio = 100, overRecords = 10 } = options;
  checkThreshold('explodingGradient', 'above', above);
  checkThreshold('explodingGradient', 'growth', growth);
  checkThreshold('explodingGradient', 'depthRatio', depthRatio);
  checkCount('explodingGradient', 'overRecords', overRecords);
  return {
    id,
    explains: [
      'dead-units',
      'saturated-activation',
      'zero-gradient',
      'non-finite',
      'update-ratio-high',
      'gradient-spike',
      'loss-divergence',
      'loss-oscillation',
      'loss-plateau',
    ],
    check(run) {
      if (above !== undefined) return checkNorms(run, above);
      const overSteps = explodingOverSteps(run, growth);
      return overSteps === null ? explodingOverLayers(run, depthRatio, overRecords) : [overSteps];
    },
  };
}

function checkNorms(run: Run, above: number): Finding[] {
  const hits = run.steps.filter(({ globalNorm }) => globalNorm > above);
  const [first] = hits;
  if (first === undefined) return [];
  const last = hits.at(-1) ?? first;
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
