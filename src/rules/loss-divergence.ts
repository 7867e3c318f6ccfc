import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { judgedLossInWords } from './data-loss.js';
import { findingOf } from './finding-of.js';
import { incomparableLosses } from './incomparable-losses.js';
import { blowsUp, fails, finiteLosses, spread } from './loss-trend.js';
import { nonFiniteWeights } from './non-finite-values.js';
import { learningRateRemedy } from './smaller-steps.js';
import { checkThreshold } from './threshold.js';

/** Options of {@link lossDivergence}. */
export interface LossDivergenceOptions {
  /**
   * Recent loss over the first one.
   *
   * @default 2 (heuristic, as TheDeepChecker, TOSEM 2022)
   */
  readonly factor?: number;
}

const id = 'loss-divergence';
/** Growth beyond which the loss is lost rather than troubled. Heuristic. */
const lost = 10;
const fewest = 10;
const recentRecords = 10;

/**
 * Finds losses that rise instead of falling: well above the first one and beyond their own noise.
 *
 * Compares the mean of the last ten losses with the first loss, or where that is larger with the mean of the first three; three
 * in a row, each above twice the one before and a thousand times the first, are enough at once. An
 * `error` from ten times on, else a `warning`. A loss that is no number any more, or of weights that are none, is
 * {@link nonFinite}'s business; nor is one of an adversary's, whose weights move as well, of targets that have left the first
 * ones behind, or one of your own around 0.
 *
 * @param options - Threshold.
 * @throws RangeError when `factor` is not positive and finite.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.lossDivergence({ factor: 5 }).id); // loss-divergence
 * ```
 */
export function lossDivergence(options: LossDivergenceOptions = {}): Rule {
  assertKnownOptions('lossDivergence', options, ['factor']);
  const { factor = 2 } = options;
  checkThreshold('lossDivergence', 'factor', factor);
  return {
    id,
    explains: ['loss-oscillation', 'loss-plateau', 'non-finite'],
    check: (run) => (fails(run) && !incomparableLosses(run) ? check(run, factor) : []),
  };
}

function check(run: Run, factor: number): Finding[] {
  const known = { ...run, steps: untilBroken(run) };
  const losses = finiteLosses(known);
  const isBlowingUp = blowsUp(known);
  if (losses.length < fewest && !isBlowingUp) return [];
  const first = isBlowingUp ? (losses[0] ?? 0) : Math.max(losses[0] ?? 0, spread(losses.slice(0, 3)).mean);
  const recent = isBlowingUp ? { mean: losses.at(-1) ?? 0, error2: 0 } : spread(losses.slice(-recentRecords));
  const sure = recent.mean - 3 * Math.sqrt(recent.error2);
  if (!(first > 0) || !(sure > factor * first)) return [];
  const since = run.steps.find(({ loss }) => loss !== null && loss > factor * first);
  const times = recent.mean / first;
  return [
    findingOf(run, id, {
      severity: times >= lost ? 'error' : 'warning',
      firstStep: since?.step ?? 0,
      evidence: { lossBefore: first, lossAfter: recent.mean },
      message: `${judgedLossInWords(run)} rises instead of falling: from ${shortNumber(first)} to ${shortNumber(recent.mean)}.`,
      remedies: learningRateRemedy(run),
    }),
  ];
}

/** The records before weights became NaN or infinite: tfjs cuts the cross-entropy off, so that their loss looks like a number. */
function untilBroken({ steps }: Run): Run['steps'] {
  const end = steps.findIndex((record) => nonFiniteWeights(record).length > 0);
  return end < 0 ? steps : steps.slice(0, end);
}
