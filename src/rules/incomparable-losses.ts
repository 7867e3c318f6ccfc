import type { Run } from '../record/run.js';
import { movedElsewhere } from './moved-elsewhere.js';
import { movingTargets } from './moving-targets.js';

/** Why a loss of this run and an earlier one are of two functions, so that whether it falls tells nothing; `undefined` where they are of one. */
export function incomparableLosses(run: Run): string | undefined {
  if (movedElsewhere(run)) return 'which weights that something else trains move too';
  return movingTargets(run) && 'of targets that change as training goes on';
}
