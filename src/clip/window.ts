import {
  add,
  div,
  greater,
  greaterEqual,
  max,
  maximum,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { assertKnownOptions } from '../record/known-options.js';
import { assertPositive } from './assert-positive.js';
import { learnedClip, leastDeviation } from './learned-clip.js';
import { assertPolicy, type ClipOptions } from './non-finite.js';
import { count, emptyHistory, known, remember } from './norm-history.js';
import type { ClipStrategy } from './strategy.js';

/** Options of {@link windowClip}. */
export interface WindowClipOptions extends ClipOptions {
  /**
   * Standard deviations above the mean where a norm becomes a spike.
   *
   * @default 3
   */
  readonly sigmas?: number;
  /**
   * Norms remembered.
   *
   * @default 128
   */
  readonly windowSize?: number;
  /**
   * Norms to see before anything is clipped, at most `windowSize`.
   *
   * @default 64, or `windowSize` if that is less
   */
  readonly warmUpSteps?: number;
  /**
   * Whether a spike is scaled down to the limit or its step rejected.
   *
   * @default 'clip'
   */
  readonly onSpike?: 'clip' | 'skip';
}

/**
 * Scales all gradients down together, or rejects the step, when their common norm stands out from the steps before.
 *
 * `g · min(1, limit / N)` with `limit = mean + sigmas · std` over the global L2 norms N of the last `windowSize` steps, before
 * clipping and without this step. The standard deviation counts as at least 1 % of the mean. Norms enter the window as they
 * are, spikes too, so that a lasting change of level is followed within a window; norms of 0, NaN and infinity (see
 * `nonFinite`) never do. Below the limit gradients come back bit by bit; zero gradients stay zero.
 *
 * State: `norms`, the window, oldest first, -1 where it is not yet filled. Cost: as `clipByGlobalNorm`, and some thirty
 * operations on numbers. Nothing is read back. Source: heuristic; `ClipUpdateNorm` in levanter clips at 3 and the
 * `SkipStepOptimizer` of OLMo skips at 6 standard deviations of 128 steps.
 *
 * @throws RangeError unless `sigmas` is positive and finite, `windowSize` a whole number from 2, and `warmUpSteps` one from
 * 1 to `windowSize`.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { windowClip } from 'gradient-health';
 *
 * const strategy = windowClip({ warmUpSteps: 4 });
 * let state = strategy.initialState?.({}) ?? {};
 * const after: number[] = [];
 * for (const norm of [1, 3, 1, 3, 100]) { // mean 2, standard deviation 1
 *   const context = { weights: {}, state, step: 0, variables: {} };
 *   const result = strategy.apply({ kernel: tensor1d([norm]) }, context);
 *   state = result.state ?? state;
 *   after.push(...result.gradients.kernel.dataSync());
 * }
 * console.log(after.join(' '));
 * // 1 3 1 3 5
 * ```
 */
export function windowClip(options: WindowClipOptions = {}): ClipStrategy {
  assertKnownOptions('windowClip', options, ['sigmas', 'windowSize', 'warmUpSteps', 'onSpike', 'nonFinite']);
  const {
    sigmas = 3,
    windowSize = 128,
    warmUpSteps = Math.min(64, windowSize),
    onSpike = 'clip',
    nonFinite = 'skip',
  } = options;
  assertPositive('windowClip: sigmas', sigmas);
  if (!(Number.isInteger(windowSize) && windowSize >= 2)) {
    throw new RangeError(`windowClip: windowSize must be a whole number from 2, got ${String(windowSize)}`);
  }
  if (!(Number.isInteger(warmUpSteps) && warmUpSteps >= 1 && warmUpSteps <= windowSize)) {
    throw new RangeError(
      `windowClip: warmUpSteps must be a whole number from 1 to ${windowSize}, got ${String(warmUpSteps)}`,
    );
  }
  if (onSpike !== 'clip' && onSpike !== 'skip') {
    throw new RangeError(`windowClip: onSpike must be 'clip' or 'skip', got ${String(onSpike)}`);
  }
  assertPolicy('windowClip', nonFinite);
  return learnedClip({
    name: onSpike === 'clip' ? `windowClip(${sigmas})` : `windowClip(${sigmas}, skip)`,
    onSpike,
    nonFinite,
    initialState: () => ({ norms: emptyHistory(windowSize) }),
    learn(norm, state) {
      const norms = state['norms'] ?? emptyHistory(windowSize);
      const { mean, deviation } = momentsOf(norms);
      const limit = add(mean, mul(maximum(deviation, mul(mean, leastDeviation)), sigmas));
      const ready = greaterEqual(count(norms), warmUpSteps);
      return { limit: where(ready, limit, norm), state: { norms: remember(norms, norm) } };
    },
  });
}

/** Mean and population standard deviation of the known norms, in units of the largest so that squares do not overflow. */
function momentsOf(norms: Tensor): { mean: Tensor; deviation: Tensor } {
  const mask = known(norms);
  const total = maximum(count(norms), 1);
  const largest = max(norms);
  const unit = where(greater(largest, 0), largest, 1);
  const scaled = mul(div(norms, unit), mask);
  const mean = div(sum(scaled), total);
  const variance = div(sum(mul(square(sub(scaled, mean)), mask)), total);
  return { mean: mul(mean, unit), deviation: mul(sqrt(variance), unit) };
}
