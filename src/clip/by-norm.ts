import { assertKnownOptions } from '../record/known-options.js';
import { assertPositive } from './assert-positive.js';
import { clipNorms } from './clip-norms.js';
import { assertPolicy, type ClipOptions } from './non-finite.js';
import type { ClipStrategy } from './strategy.js';

/** Options of {@link clipByNorm}. */
export interface ClipByNormOptions extends ClipOptions {
  /**
   * Whose norm is limited: that of each variable, or of each layer, being the gradients whose names agree up to the last
   * `/`.
   *
   * @default 'variable'
   */
  readonly per?: 'variable' | 'layer';
}

/**
 * Scales each gradient down on its own when its norm is above a limit.
 *
 * `g · min(1, maxNorm / ||g||)` with the L2 norm over all elements of one variable, or of one layer. One exploding layer is
 * held back without slowing the others; the direction of the step as a whole changes. Up to and exactly at the limit a
 * gradient comes back bit by bit; zero gradients stay zero. Elements of 1e20 do not overflow and elements of 1e-30 do not
 * vanish. NaN and infinite gradients: see `nonFinite`.
 *
 * Beware of names: this is what Keras calls `clipnorm`; what PyTorch calls `clip_grad_norm_` is {@link clipByGlobalNorm}.
 *
 * Cost: as {@link clipByGlobalNorm}. Source: heuristic; by variable as in Keras, by layer as in DL4J.
 *
 * @param maxNorm - Largest norm of one gradient.
 * @throws RangeError unless `maxNorm` is positive and finite.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { clipByNorm } from 'gradient-health';
 *
 * const gradients = { kernel: tensor1d([3, 4]), bias: tensor1d([0.5]) }; // norms 5 and 0.5
 * const context = { weights: {}, state: {}, step: 0, variables: {} };
 * const clipped = clipByNorm(2.5).apply(gradients, context).gradients;
 * console.log(clipped.kernel.dataSync().join(' '), '|', clipped.bias.dataSync()[0]);
 * // 1.5 2 | 0.5
 * ```
 */
export function clipByNorm(maxNorm: number, options: ClipByNormOptions = {}): ClipStrategy {
  assertKnownOptions('clipByNorm', options, ['per', 'nonFinite']);
  const { per = 'variable', nonFinite = 'skip' } = options;
  assertPositive('clipByNorm: maxNorm', maxNorm);
  if (per !== 'variable' && per !== 'layer') {
    throw new RangeError(`clipByNorm: per must be 'variable' or 'layer', got ${String(per)}`);
  }
  assertPolicy('clipByNorm', nonFinite);
  return {
    name: per === 'variable' ? `clipByNorm(${maxNorm})` : `clipByNorm(${maxNorm}, per layer)`,
    apply(gradients) {
      const names = Object.keys(gradients);
      const groups = per === 'variable' ? names.map((name) => [name]) : byLayer(names);
      return clipNorms(
        gradients,
        { groups, p: 2, nonFinite },
        groups.map(() => maxNorm),
      );
    },
  };
}

function byLayer(names: readonly string[]): string[][] {
  const layers = new Map<string, string[]>();
  for (const name of names) {
    const layer = name.slice(0, Math.max(0, name.lastIndexOf('/')));
    const members = layers.get(layer);
    if (members) members.push(name);
    else layers.set(layer, [name]);
  }
  return [...layers.values()];
}
