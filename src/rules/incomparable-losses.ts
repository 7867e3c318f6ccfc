import type { Run } from '../record/run.js';
import { finiteLosses, lossTrend, spread } from './loss-trend.js';
import { movedElsewhere } from './moved-elsewhere.js';
import { movingTargets } from './moving-targets.js';
import { isOwnLoss } from './output-layer.js';

/** Why whether the loss falls tells nothing of how well this model does; `undefined` where it does. */
export function incomparableLosses(run: Run): string | undefined {
  if (movedElsewhere(run)) return 'which weights that something else trains move too';
  if (movingTargets(run)) return 'of targets that change as training goes on';
  return isAroundZero(run)
    ? 'around 0, as that of a policy or a critic, which need not fall for them to do well'
    : undefined;
}

/** Share of the losses that must be below 0. Heuristic. */
const leastShare = 0.05;
/** Standard deviations from 0 within which their mean must be. Heuristic. */
const near = 3;

/**
 * Whether a loss of one's own does not fall and was around 0, below it too, in its last third: what a policy gradient or a critic
 * descends is so, however well they do. The logarithm of a density that gets nowhere stays away from 0.
 */
function isAroundZero(run: Run): boolean {
  if (!isOwnLoss(run) || lossTrend(run).well) return false;
  const losses = finiteLosses(run);
  const latest = losses.slice(-Math.max(1, Math.floor(losses.length / 3)));
  const { mean, error2 } = spread(latest);
  const below = latest.filter((loss) => loss < 0).length;
  return below > leastShare * latest.length && Math.abs(mean) < near * Math.sqrt(error2 * latest.length);
}
