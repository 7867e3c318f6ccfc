import { assertPositive } from './assert-positive.js';
import type { HeOptions } from './he.js';
import type { Initializer } from './initializer.js';
import { varianceScaling } from './variance-scaling.js';

/** Options of {@link fixup}. */
export interface FixupOptions extends HeOptions {
  /** Residual branches in the whole net. */
  readonly branches: number;
  /**
   * Layers with weights in each branch: 2 or more.
   *
   * @default 2
   */
  readonly layersPerBranch?: number;
}

/**
 * Creates Fixup's initialiser for residual nets without normalisation: {@link heNormal} with its standard deviation
 * multiplied by branches^(-1 / (2 layersPerBranch - 2)), so that an update changes the net's output as much at any depth.
 *
 * Give it to every layer of a residual branch but the last, give `'zeros'` to the last of each branch and to the
 * classifier: every branch then starts as 0 and the net as its shortcuts. Saved, seeded and with the errors of
 * {@link heNormal}.
 *
 * @remarks Source: arXiv 1901.09321.
 * @example
 * ```ts
 * import { initializers, stats } from 'gradient-health';
 *
 * const kernel = initializers.fixup({ branches: 16, seed: 0 }).apply([100, 1000]);
 * // He's variance, 2 / 100, over 16 branches.
 * console.log((stats.summarize(kernel.dataSync()).std ** 2 * 100 * 16).toFixed(1));
 * // 2.0
 * ```
 */
export function fixup({
  branches,
  layersPerBranch = 2,
  gain = Math.SQRT2,
  mode = 'fanIn',
  ...options
}: FixupOptions): Initializer {
  assertPositive('fixup', 'branches', branches);
  assertPositive('fixup', 'gain', gain);
  if (!(Number.isInteger(layersPerBranch) && layersPerBranch >= 2)) {
    throw new RangeError(`fixup: layersPerBranch must be an integer of 2 or more, got ${layersPerBranch}`);
  }
  const scale = branches ** (-1 / (2 * layersPerBranch - 2));
  return varianceScaling('fixup', { ...options, gain: gain * scale, mode, distribution: 'normal' });
}
