import { assertRun } from '../record/assert-run.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';

/** A clip that suits a run. */
export interface ClipSuggestion {
  /** The function that makes the strategy, e.g. `clipByGlobalNorm`. */
  readonly strategy: string;
  /** Its limit, to two significant digits. */
  readonly limit: number;
  /** Which of the recorded norms it was derived from, and how. */
  readonly reason: string;
}

/** Pascanu et al. found limits from half to ten times the usual norm to work. */
const largestMultiple = 10;
/** Fewer norms than these say little of a run. */
const fewNorms = 50;

/**
 * Derives the limit of a `clipByGlobalNorm` from the gradient norms of a run.
 *
 * The 95th percentile of the norms before clipping, so that the highest twentieth of the steps is scaled down, but at most
 * ten times their median, where spikes are more frequent than that. The median stands for the average norm of the source,
 * which a single spike would move. Norms that are 0, NaN or infinite are left out; where no other is recorded the limit is
 * 1, and the reason says so. Never throws, whatever the run holds.
 *
 * Source: arXiv 1211.5063, section 3.2, for the range of half to ten times the average; the percentile is a heuristic.
 *
 * @param run - Recorded with or without a clip: `globalNorm` is that of the raw gradients.
 * @example
 * ```ts
 * import { suggestClip } from 'gradient-health';
 *
 * const norms = [0.5, 0.6, 0.7, 0.8, 60, 70];
 * const steps = norms.map((globalNorm, step) => ({
 *   step, wallTimeMs: 0, loss: null, learningRate: null, globalNorm, variables: {},
 * }));
 * const { strategy, limit, reason } = suggestClip({ schema: 1, model: null, backend: null, data: null, steps });
 * console.log(`${strategy}(${limit})`);
 * // clipByGlobalNorm(7.5)
 * console.log(reason.split(': ')[0]);
 * // 10 times the median of 6 gradient norms (0.75)
 * ```
 */
export function suggestClip(run: Run): ClipSuggestion {
  assertRun('suggestClip', run);
  const strategy = 'clipByGlobalNorm';
  const norms = run.steps
    .map(({ globalNorm }) => globalNorm)
    .filter((norm) => Number.isFinite(norm) && norm > 0)
    .sort((a, b) => a - b);
  const rejected = run.steps.filter(({ globalNorm }) => !Number.isFinite(globalNorm)).length;
  const remarks =
    rejected > 0 ? [`${rejected} with NaN or infinite gradients, which the clip rejects, left out.`] : [];
  if (norms.length === 0) {
    return {
      strategy,
      limit: 1,
      reason: [
        'The customary limit: the run holds no finite gradient norm above 0 to derive one from.',
        ...remarks,
      ].join(' '),
    };
  }
  if (norms.length < fewNorms) remarks.push('So few steps say little: suggest again after a longer run.');
  const median = percentileOf(norms, 50);
  const high = percentileOf(norms, 95);
  const bound = largestMultiple * median;
  const largest = shortNumber(norms.at(-1) ?? median);
  const basis =
    high <= bound
      ? `95th percentile of ${norms.length} gradient norms (median ${shortNumber(median)}, largest ${largest}): ` +
        'scales down the highest twentieth and leaves the rest alone.'
      : `${largestMultiple} times the median of ${norms.length} gradient norms (${shortNumber(median)}): ` +
        `more than a twentieth of them are spikes beyond it, the largest ${largest}.`;
  return {
    strategy,
    limit: shortest(Math.min(high, bound), norms),
    reason: [basis, ...remarks].join(' '),
  };
}

/** The shortest number that clips as many of the norms, but for a fiftieth: those of a steady run may lie close together. */
function shortest(limit: number, norms: readonly number[]): number {
  const above = (bound: number): number => norms.filter((norm) => norm > bound).length / norms.length;
  const rounded = [2, 3, 4, 5, 6].map((digits) => Number(limit.toPrecision(digits)));
  return rounded.find((bound) => Math.abs(above(bound) - above(limit)) <= 0.02) ?? limit;
}

/** By linear interpolation between neighbours, as numpy does. */
function percentileOf(sorted: readonly number[], percentile: number): number {
  const rank = ((sorted.length - 1) * percentile) / 100;
  const below = sorted[Math.floor(rank)] ?? Number.NaN;
  const above = sorted[Math.ceil(rank)] ?? Number.NaN;
  return below + (above - below) * (rank - Math.floor(rank));
}
