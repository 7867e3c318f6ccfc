import { assertKnownOptions } from '../record/known-options.js';
import { assertPositive } from './assert-positive.js';
import { clipNorms } from './clip-norms.js';
import { assertPolicy, type ClipOptions } from './non-finite.js';
import type { ClipStrategy } from './strategy.js';

/**
 * Scales each gradient down on its own when the root mean square of its elements is above a limit.
 *
 * `g · min(1, maxRms / rms(g))` with `rms(g) = ||g|| / sqrt(n)` over the n elements of one variable: {@link clipByNorm} with
 * a limit that grows with the size of the variable. Up to and exactly at the limit a gradient comes back bit by bit; zero
 * gradients stay zero. Elements of 1e20 do not overflow and elements of 1e-30 do not vanish. NaN and infinite gradients:
 * see `nonFinite`.
 *
 * Cost: as `clipByGlobalNorm`. Source: heuristic; `clip_by_block_rms` in optax, the update clipping of Adafactor
 * (arXiv 1804.04235) applied to gradients.
 *
 * @param maxRms - Largest root mean square of one gradient.
 * @throws RangeError unless `maxRms` is positive and finite.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { clipByBlockRms } from 'gradient-health';
 *
 * const context = { weights: {}, state: {}, step: 0, variables: {} };
 * const { gradients } = clipByBlockRms(1).apply({ kernel: tensor1d([2, -2, 2, 2]) }, context); // rms 2
 * console.log(gradients.kernel.dataSync().join(' '));
 * // 1 -1 1 1
 * ```
 */
export function clipByBlockRms(maxRms: number, options: ClipOptions = {}): ClipStrategy {
  assertKnownOptions('clipByBlockRms', options, ['nonFinite']);
  const { nonFinite = 'skip' } = options;
  assertPositive('clipByBlockRms: maxRms', maxRms);
  assertPolicy('clipByBlockRms', nonFinite);
  return {
    name: `clipByBlockRms(${maxRms})`,
    apply(gradients) {
      const blocks = Object.entries(gradients);
      return clipNorms(
        gradients,
        { groups: blocks.map(([name]) => [name]), p: 2, nonFinite },
        blocks.map(([, gradient]) => maxRms * Math.sqrt(gradient.size)),
      );
    },
  };
}
