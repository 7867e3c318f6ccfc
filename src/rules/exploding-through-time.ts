import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { orthogonalRemedy } from './fading-advice.js';
import { findingOf } from './finding-of.js';
import { fails } from './loss-trend.js';
import { clipRemedy } from './smaller-steps.js';
import { checkCount, checkThreshold } from './threshold.js';
import { timeProfiles } from './through-time.js';

/** Options of {@link explodingThroughTime}. */
export interface ExplodingThroughTimeOptions {
  /**
   * Gradient norm at the first time steps over that at the last, above which it explodes.
   *
   * @default 1000 (heuristic)
   */
  readonly ratio?: number;
  /**
   * Newest records with activations that must agree; one is enough where the next is not finite.
   *
   * @default 3 (heuristic)
   */
  readonly overRecords?: number;
  /**
   * Whether to judge before the loss tells, as {@link preflight} does with one record.
   *
   * @default false
   */
  readonly atOnce?: boolean;
}

const id = 'exploding-through-time';
/** Growth of a state from input to output beyond which it is the weights and no signal. Heuristic. */
const largeOutput = 1e3;

/**
 * Finds recurrent layers whose gradient, or whose state, grows with every time step, in a run that fails.
 *
 * Reads the norms of dL/dh_t of tapped records, as {@link vanishingThroughTime} does, and the outputs of recurrent layers: a mean
 * absolute value above 1000 in the first tapped record, where saturated outputs let no gradient pass. Silent without taps and
 * where training does not fail. An `error` where the loss is not finite, else a `warning`. Source: arXiv 1211.5063.
 *
 * @param options - Thresholds.
 * @throws RangeError when `ratio` is not positive and finite, or `overRecords` no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.explodingThroughTime({ ratio: 100 }).id); // exploding-through-time
 * ```
 */
export function explodingThroughTime(options: ExplodingThroughTimeOptions = {}): Rule {
  assertKnownOptions('explodingThroughTime', options, ['ratio', 'overRecords', 'atOnce']);
  const { ratio = 1000, overRecords = 3, atOnce = false } = options;
  checkThreshold('explodingThroughTime', 'ratio', ratio);
  checkCount('explodingThroughTime', 'overRecords', overRecords);
  return {
    id,
    explains,
    check: (run) => (atOnce || fails(run) ? check(run, ratio, atOnce ? 1 : overRecords) : []),
  };
}

const explains = [
  'learning-rate',
  'exploding-gradient',
  'dead-units',
  'zero-gradient',
  'non-finite',
  'update-ratio-high',
  'gradient-spike',
  'loss-divergence',
  'loss-oscillation',
  'loss-plateau',
];

function check(run: Run, ratio: number, overRecords: number): Finding[] {
  const newest = run.steps.at(-1);
  const lost = newest !== undefined && newest.loss !== null && !Number.isFinite(newest.loss);
  const profiles = timeProfiles(
    { ...run, steps: lost ? run.steps.slice(0, 1) : run.steps },
    lost ? 1 : overRecords,
  );
  const exploded = profiles.find(({ ratios }) => ratios.every((each) => each > ratio));
  const severity = lost ? 'error' : 'warning';
  const remediesAt = (path: string): Finding['remedies'] => [
    orthogonalRemedy(path),
    clipRemedy(1, 'the usual choice for recurrent layers'),
  ];
  if (exploded !== undefined) {
    const { path, length, span, ratios, records, factor } = exploded;
    const newest = ratios.at(-1) ?? 0;
    return [
      findingOf(run, id, {
        severity,
        where: path,
        firstStep: records[0]?.step ?? 0,
        evidence: { ratio: newest, factor, timeSteps: length },
        message:
          `${path}: the gradient at the first time steps is ${shortNumber(Number(newest.toPrecision(2)))} times that at the last, ${span} step${span === 1 ? '' : 's'} after ` +
          `(${shortNumber(Number(factor.toPrecision(2)))} for each step).`,
        remedies: remediesAt(path),
      }),
    ];
  }
  const tapped = run.steps.find(({ layers }) => layers !== undefined);
  const { layers = {}, throughTime = {} } = tapped ?? {};
  const outputOf = (key: string): number =>
    Object.hasOwn(layers, key) ? (layers[key]?.output.absMean ?? 0) : 0;
  const path = Object.keys(throughTime)
    .sort()
    .find((key) => outputOf(key) > largeOutput);
  if (tapped === undefined || path === undefined) return [];
  const absMean = outputOf(path);
  return [
    findingOf(run, id, {
      severity,
      where: path,
      firstStep: tapped.step,
      evidence: { output: absMean },
      message: `${path}: its state grows to ${shortNumber(absMean)} over the time steps: the recurrent weights enlarge it at each.`,
      remedies: remediesAt(path),
    }),
  ];
}
