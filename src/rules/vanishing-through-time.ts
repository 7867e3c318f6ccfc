import type { Finding, Remedy, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { orthogonalRemedy } from './fading-advice.js';
import { findingOf } from './finding-of.js';
import { fails } from './loss-trend.js';
import { checkCount, checkThreshold } from './threshold.js';
import { type TimeProfile, timeProfiles } from './through-time.js';

/** Options of {@link vanishingThroughTime}. */
export interface VanishingThroughTimeOptions {
  /**
   * Gradient norm at the first time steps over that at the last, below which the beginning of a sequence is forgotten.
   *
   * @default 1e-3 (heuristic, as over the layers)
   */
  readonly ratio?: number;
  /**
   * Newest records with activations that must agree.
   *
   * @default 3 (heuristic)
   */
  readonly overRecords?: number;
}

const id = 'vanishing-through-time';

/**
 * Finds recurrent layers whose gradient fades on its way back through time, in a run that fails.
 *
 * Reads the norms of dL/dh_t (and dL/dc_t) of tapped records: their mean over the first tenth of the time steps, over that at
 * the last one, in every one of the newest records. Silent without taps and where training does not fail: a task that
 * needs no memory leaves none. A `warning`. Source: arXiv 1211.5063.
 *
 * @param options - Thresholds.
 * @throws RangeError when `ratio` is not positive and finite, or `overRecords` no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.vanishingThroughTime({ ratio: 1e-4 }).id); // vanishing-through-time
 * ```
 */
export function vanishingThroughTime(options: VanishingThroughTimeOptions = {}): Rule {
  assertKnownOptions('vanishingThroughTime', options, ['ratio', 'overRecords']);
  const { ratio = 1e-3, overRecords = 3 } = options;
  checkThreshold('vanishingThroughTime', 'ratio', ratio);
  checkCount('vanishingThroughTime', 'overRecords', overRecords);
  return {
    id,
    explains: ['vanishing-gradient', 'zero-gradient', 'update-ratio-low', 'loss-plateau'],
    check: (run) => (fails(run) ? check(run, ratio, overRecords) : []),
  };
}

function check(run: Run, ratio: number, overRecords: number): Finding[] {
  const faded = timeProfiles(run, overRecords).filter(({ ratios }) => ratios.every((each) => each < ratio));
  return faded.slice(0, 1).map((profile) => {
    const { path, length, span, ratios, records, factor } = profile;
    const newest = ratios.at(-1) ?? 0;
    return findingOf(run, id, {
      severity: 'warning',
      where: path,
      firstStep: records[0]?.step ?? 0,
      evidence: { ratio: newest, factor, timeSteps: length },
      message:
        `${path}: of the gradient at the last time step ${shortNumber(Number(newest.toPrecision(2)))} arrives at the first ones, ${span} step${span === 1 ? '' : 's'} before ` +
        `(${shortNumber(Number(factor.toPrecision(2)))} for each step): the beginning of a sequence has no say.`,
      remedies: remedies(profile),
    });
  });
}

function remedies({ path, facts, length }: TimeProfile): Remedy[] {
  const layers = [path];
  if (/LSTM|GRU/.test(facts?.className ?? '')) {
    const reason = `gates that start open remember for about ${length} steps`;
    return [{ kind: 'forget-bias', layers, to: `chrono(${length})`, reason }];
  }
  return [
    { kind: 'cell', layers, to: 'lstm', reason: 'its memory cell carries gradients over many steps' },
    orthogonalRemedy(path),
  ];
}
