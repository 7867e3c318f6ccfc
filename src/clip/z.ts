import {
  abs,
  add,
  div,
  greater,
  less,
  logicalAnd,
  logicalNot,
  maximum,
  minimum,
  mul,
  scalar,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { assertKnownOptions } from '../record/known-options.js';
import { assertPositive } from './assert-positive.js';
import { learnedClip, leastDeviation } from './learned-clip.js';
import { assertPolicy, type ClipOptions } from './non-finite.js';
import type { ClipStrategy } from './strategy.js';

/** Options of {@link zClip}. */
export interface ZClipOptions extends ClipOptions {
  /**
   * Standard deviations above the mean where a norm becomes a spike.
   *
   * @default 2.5
   */
  readonly zThreshold?: number;
  /**
   * Share of the old mean and variance that each step keeps, above 0 and below 1.
   *
   * @default 0.97
   */
  readonly decay?: number;
  /**
   * Norms to see before anything is clipped, at least 1; their plain mean and variance start the averages.
   *
   * @default 25
   */
  readonly warmUpSteps?: number;
  /**
   * Largest norm of any step, during the warm-up too.
   *
   * @default Infinity
   */
  readonly maxNorm?: number;
}

/**
 * Scales all gradients down together when their common norm is a spike by the z-score of its moving averages (ZClip).
 *
 * With the global L2 norm N and exponential moving averages mean and std of the norms, `z = (N - mean) / std`; where
 * `z > zThreshold`, N is brought down to `mean + std · zThreshold² / z`: the further out, the lower. The averages then take in
 * the lowered norm, so that a lasting rise of the norms is followed slowly; `windowClip` follows it within a window. The
 * standard deviation counts as at least 1 % of the mean. Other gradients come back bit by bit; zero gradients stay zero.
 * Norms of 0, NaN and infinity (see `nonFinite`) never enter the averages.
 *
 * State: the scalars `mean`, `deviation` and `steps`, the latter up to `warmUpSteps`. Cost: as `clipByGlobalNorm`, and some
 * forty operations on numbers. Nothing is read back. Source: arXiv 2504.02507.
 *
 * @throws RangeError unless `zThreshold` is positive and finite, `decay` between 0 and 1, `warmUpSteps` a whole number from 1
 * and `maxNorm` positive.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { zClip } from 'gradient-health';
 *
 * const strategy = zClip({ zThreshold: 2, warmUpSteps: 2 });
 * let state = strategy.initialState?.({}) ?? {};
 * const after: number[] = [];
 * for (const norm of [0.5, 1.5, 3]) { // mean 1, standard deviation 0.5, so z = 4
 *   const context = { weights: {}, state, step: 0, variables: {} };
 *   const result = strategy.apply({ kernel: tensor1d([norm]) }, context);
 *   state = result.state ?? state;
 *   after.push(...result.gradients.kernel.dataSync());
 * }
 * console.log(after.join(' '));
 * // 0.5 1.5 1.5
 * ```
 */
export function zClip(options: ZClipOptions = {}): ClipStrategy {
  assertKnownOptions('zClip', options, ['zThreshold', 'decay', 'warmUpSteps', 'maxNorm', 'nonFinite']);
  const {
    zThreshold = 2.5,
    decay = 0.97,
    warmUpSteps = 25,
    maxNorm = Infinity,
    nonFinite = 'skip',
  } = options;
  assertPositive('zClip: zThreshold', zThreshold);
  if (!(decay > 0 && decay < 1)) {
    throw new RangeError(`zClip: decay must be above 0 and below 1, got ${String(decay)}`);
  }
  if (!(Number.isInteger(warmUpSteps) && warmUpSteps >= 1)) {
    throw new RangeError(`zClip: warmUpSteps must be a whole number from 1, got ${String(warmUpSteps)}`);
  }
  if (maxNorm !== Infinity) assertPositive('zClip: maxNorm', maxNorm);
  assertPolicy('zClip', nonFinite);
  const initialState = () => ({ mean: scalar(0), deviation: scalar(0), steps: scalar(0) });
  return learnedClip({
    name: `zClip(${zThreshold})`,
    onSpike: 'clip',
    nonFinite,
    initialState,
    learn(norm, state) {
      const { mean, deviation, steps } = { ...initialState(), ...state };
      const warmingUp = less(steps, warmUpSteps);
      const spread = maximum(deviation, mul(mean, leastDeviation));
      const z = div(sub(norm, mean), spread);
      const isSpike = logicalAnd(logicalNot(warmingUp), greater(z, zThreshold));
      const lowered = where(isSpike, add(mean, mul(spread, div(zThreshold ** 2, z))), norm);
      const seen = add(steps, 1);
      // In the warm-up the weights of a plain mean, afterwards those of ZClip, which measures from the new mean.
      const weight = where(warmingUp, div(1, seen), 1 - decay);
      const kept = sub(1, weight);
      const share = mul(weight, where(warmingUp, kept, square(kept)));
      const distance = sub(lowered, mean);
      return {
        limit: maxNorm === Infinity ? lowered : minimum(lowered, maxNorm),
        state: {
          mean: add(mean, mul(weight, distance)),
          deviation: rootOfWeightedSquares(deviation, kept, distance, share),
          steps: minimum(seen, warmUpSteps),
        },
      };
    },
  });
}

/** sqrt(wa · a² + wb · b²), in units of the larger so that squares neither overflow nor vanish. */
function rootOfWeightedSquares(a: Tensor, wa: Tensor, b: Tensor, wb: Tensor): Tensor {
  const larger = maximum(a, abs(b));
  const unit = where(greater(larger, 0), larger, 1);
  return mul(unit, sqrt(add(mul(wa, square(div(a, unit))), mul(wb, square(div(b, unit))))));
}
