import { assertKnownOptions } from '../record/known-options.js';
import { assertPositive } from './assert-positive.js';
import { clipNorms } from './clip-norms.js';
import { assertPolicy, type ClipOptions } from './non-finite.js';
import type { ClipStrategy } from './strategy.js';

/** Options of {@link clipByGlobalNorm}. */
export interface ClipByGlobalNormOptions extends ClipOptions {
  /**
   * Order of the norm: any number from 1, or `Infinity` for the largest absolute value.
   *
   * @default 2
   */
  readonly p?: number;
}

/**
 * Scales all gradients down together when their common norm is above a limit.
 *
 * `g · min(1, maxNorm / N)` with `N = (Σ |g|^p)^(1/p)` over every element of every gradient, which keeps the direction of
 * the step. Up to and exactly at the limit the gradients come back bit by bit; zero gradients stay zero. The norm is
 * taken relative to the magnitude of the gradients, so elements of 1e20 do not overflow and elements of 1e-30 do not
 * vanish in float32. NaN and infinite gradients: see `nonFinite`; with `propagate` one NaN makes everything NaN, and one
 * infinite element becomes NaN and everything else 0, as in PyTorch.
 *
 * Cost: on cpu and wasm one pass over the gradients, a second only when it clips; elsewhere about ten operations for
 * each weight. Nothing is read back. Source: arXiv 1211.5063, section 3.2.
 *
 * @param maxNorm - Largest norm of a step; common values are 0.25 to 10, and `suggestClip` derives one from a run.
 * @throws RangeError unless `maxNorm` is positive and finite and `p` at least 1.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { clipByGlobalNorm } from 'gradient-health';
 *
 * const gradients = { kernel: tensor1d([3]), bias: tensor1d([4]) }; // norm 5
 * const context = { weights: {}, state: {}, step: 0, variables: {} };
 * const clipped = clipByGlobalNorm(2.5).apply(gradients, context).gradients;
 * console.log(clipped.kernel.dataSync()[0], clipped.bias.dataSync()[0]);
 * // 1.5 2
 * ```
 */
export function clipByGlobalNorm(maxNorm: number, options: ClipByGlobalNormOptions = {}): ClipStrategy {
  assertKnownOptions('clipByGlobalNorm', options, ['p', 'nonFinite']);
  const { p = 2, nonFinite = 'skip' } = options;
  assertPositive('clipByGlobalNorm: maxNorm', maxNorm);
  if (!(p >= 1)) throw new RangeError(`clipByGlobalNorm: p must be at least 1, got ${String(p)}`);
  assertPolicy('clipByGlobalNorm', nonFinite);
  return {
    name: p === 2 ? `clipByGlobalNorm(${maxNorm})` : `clipByGlobalNorm(${maxNorm}, p=${p})`,
    apply(gradients) {
      const names = Object.keys(gradients);
      return clipNorms(gradients, { groups: names.length > 0 ? [names] : [], p, nonFinite }, [maxNorm]);
    },
  };
}
