import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { judgedLossInWords } from './data-loss.js';
import { findingOf } from './finding-of.js';
import { guessLoss } from './guess-loss.js';
import { incomparableLosses } from './incomparable-losses.js';
import { finiteLosses, lossTrend, spread, stepOfLoss } from './loss-trend.js';
import { isOwnLoss } from './output-layer.js';
import { plateauAdvice } from './plateau-advice.js';
import { checkCount } from './threshold.js';

/** Options of {@link lossPlateau}. */
export interface LossPlateauOptions {
  /**
   * Losses needed.
   *
   * @default 100 (heuristic)
   */
  readonly overRecords?: number;
}

const id = 'loss-plateau';
/** Share of a constant prediction's loss below which something was learned. Heuristic. */
const beatenShare = 0.98;

/**
 * Finds runs whose loss neither falls nor has become better than a constant prediction's.
 *
 * The last resort: it says that training fails and not why, and ranks below whatever does. Compares the last third of the
 * losses with the third before, beyond their noise; a loss that is all but zero, has succeeded, or is on its way below a
 * constant prediction's is no plateau; nor is one that an adversary or moving targets hold up, or one of your own that has risen
 * or is around 0, as that of a policy may. A `warning`; recommends
 * cross-entropy for a sigmoid that is to return 0 or 1, a higher rate where updates are below 1e-3 of the weights, and Adam.
 *
 * @param options - Losses needed.
 * @throws RangeError when `overRecords` is no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.lossPlateau({ overRecords: 1000 }).id); // loss-plateau
 * ```
 */
export function lossPlateau(options: LossPlateauOptions = {}): Rule {
  assertKnownOptions('lossPlateau', options, ['overRecords']);
  const { overRecords = 100 } = options;
  checkCount('lossPlateau', 'overRecords', overRecords);
  return {
    id,
    check: (run) => {
      const { failing, risen } = lossTrend(run);
      return failing && !(risen && isOwnLoss(run)) && !incomparableLosses(run) ? check(run, overRecords) : [];
    },
  };
}

function check(run: Run, overRecords: number): Finding[] {
  const losses = finiteLosses(run);
  if (losses.length < overRecords) return [];
  const third = Math.floor(losses.length / 3);
  const recent = spread(losses.slice(-third)).mean;
  const guess = guessLoss(run);
  if (guess !== null && recent < beatenShare * guess) return [];
  const than =
    guess === null
      ? ''
      : `, ${recent < guess ? 'hardly' : 'no'} better than the ${shortNumber(guess)} of a constant prediction`;
  return [
    findingOf(run, id, {
      severity: 'warning',
      firstStep: stepOfLoss(run, third),
      evidence: { loss: recent, ...(guess !== null && { constantPrediction: guess }) },
      message: `${judgedLossInWords(run)} stays at ${shortNumber(recent)}${than}: training does not get anywhere.`,
      remedies: plateauAdvice(run),
    }),
  ];
}
