import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorStats } from '../record/run.js';
import { mergeStats } from '../stats/merge.js';
import { sparsely } from './when.js';

/** Batches, and then targets, that are enough at a time. */
const MOST_BATCHES = 32;
const ENOUGH_TARGETS = 256;

/** Batches that are looked at one after the other. */
interface Window {
  batches: number;
  targets: number;
  stats?: TensorStats;
}

/**
 * Looks at targets anew twice in every doubling of the steps, which after a while costs next to nothing.
 *
 * @param measure - Hands the statistics of a tensor on, now or later.
 * @param tell - Receives those of all targets of a window.
 * @returns To be called at every step.
 */
export function createLaterTargets(
  measure: (targets: Tensor, use: (stats: TensorStats) => void) => void,
  tell: (stats: TensorStats) => void,
): (step: number, targets: Tensor) => void {
  let open: Window | undefined;
  return (step, targets) => {
    if (sparsely(step)) open = { batches: 0, targets: 0 };
    if (!open) return;
    const own = open;
    own.batches++;
    own.targets += targets.size;
    const isLast = own.batches === MOST_BATCHES || own.targets >= ENOUGH_TARGETS;
    if (isLast) open = undefined;
    measure(targets, (stats) => {
      own.stats = own.stats ? mergeStats(own.stats, stats) : stats;
      if (isLast) tell(own.stats);
    });
  };
}
