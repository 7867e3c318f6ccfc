import type { Run, TensorStats } from '../record/run.js';

/** Standard deviations of the first targets that later ones must be away from their mean, as a root mean square. Heuristic. */
const farOff = 1.5;

/**
 * The latest targets, where they have left those of the first batches behind: as in Q-learning, whose targets a model makes of
 * its own predictions. A loss of then and one of now cannot be compared. `undefined` where they are as they were.
 */
export function movingTargets({ data }: Run): TensorStats | undefined {
  const { target: first, recentTarget: latest } = data ?? {};
  if (!first || !latest || !(first.std > 0)) return undefined;
  return Math.hypot(latest.mean - first.mean, latest.std) > farOff * first.std ? latest : undefined;
}
