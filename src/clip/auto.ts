import { add, cast, ceil, floor, gather, mul, sub, type Tensor, topk } from '@tensorflow/tfjs-core';
import { assertKnownOptions } from '../record/known-options.js';
import { learnedClip } from './learned-clip.js';
import { assertPolicy, type ClipOptions } from './non-finite.js';
import { count, emptyHistory, remember } from './norm-history.js';
import type { ClipStrategy } from './strategy.js';

/** Options of {@link autoClip}. */
export interface AutoClipOptions extends ClipOptions {
  /**
   * Percentile of the norms seen that becomes the limit, above 0 and up to 100: with 10, nine steps in ten are scaled
   * down to the norm of the calmest tenth.
   *
   * @default 10
   */
  readonly percentile?: number;
  /**
   * Norms remembered. Sorting them is the cost of each step.
   *
   * @default 256
   */
  readonly historyLength?: number;
}

/**
 * Scales all gradients down together when their common norm is above a percentile of the norms seen so far.
 *
 * `g · min(1, P / N)` with the global L2 norm N and P the given percentile (linear interpolation, as in numpy) of the last
 * `historyLength` norms before clipping, that of this step included. There is no limit to tune: it follows the gradients as
 * they grow or fade. The first step always passes, and zero gradients stay zero. Norms of 0, NaN and infinity (see `nonFinite`)
 * never enter the history.
 *
 * State: `norms`, the history, oldest first, -1 where it is not yet filled. Cost: as `clipByGlobalNorm`, and the sorting of
 * the history. Nothing is read back. Source: arXiv 2007.14469; there the history is unbounded.
 *
 * @throws RangeError unless `percentile` is above 0 and at most 100 and `historyLength` a whole number from 1.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { autoClip } from 'gradient-health';
 *
 * const strategy = autoClip({ percentile: 50 });
 * let state = strategy.initialState?.({}) ?? {};
 * const after: number[] = [];
 * for (const norm of [1, 2, 9]) {
 *   const context = { weights: {}, state, step: 0, variables: {} };
 *   const result = strategy.apply({ kernel: tensor1d([norm]) }, context);
 *   state = result.state ?? state;
 *   after.push(...result.gradients.kernel.dataSync());
 * }
 * // The medians of [1], of [1, 2] and of [1, 2, 9]:
 * console.log(after.join(' '));
 * // 1 1.5 2
 * ```
 */
export function autoClip(options: AutoClipOptions = {}): ClipStrategy {
  assertKnownOptions('autoClip', options, ['percentile', 'historyLength', 'nonFinite']);
  const { percentile = 10, historyLength = 256, nonFinite = 'skip' } = options;
  if (!(percentile > 0 && percentile <= 100)) {
    throw new RangeError(`autoClip: percentile must be above 0 and at most 100, got ${String(percentile)}`);
  }
  if (!(Number.isInteger(historyLength) && historyLength >= 1)) {
    throw new RangeError(
      `autoClip: historyLength must be a whole number from 1, got ${String(historyLength)}`,
    );
  }
  assertPolicy('autoClip', nonFinite);
  return learnedClip({
    name: `autoClip(${percentile})`,
    onSpike: 'clip',
    nonFinite,
    initialState: () => ({ norms: emptyHistory(historyLength) }),
    learn(norm, state) {
      const norms = remember(state['norms'] ?? emptyHistory(historyLength), norm);
      return { limit: percentileOf(norms, percentile), state: { norms } };
    },
  });
}

/** Counted from the largest: the empty places are the smallest. */
function percentileOf(norms: Tensor, percentile: number): Tensor {
  const { values } = topk(norms, norms.size, true);
  const rank = mul(sub(count(norms), 1), 1 - percentile / 100);
  const above = gather(values, cast(floor(rank), 'int32'));
  const below = gather(values, cast(ceil(rank), 'int32'));
  return add(above, mul(sub(below, above), sub(rank, floor(rank))));
}
