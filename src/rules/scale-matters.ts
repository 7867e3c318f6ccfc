import type { Run } from '../record/run.js';
import { fails, lossTrend } from './loss-trend.js';

/** Factor beyond a limit at which a scale is extreme. Heuristic. */
export const extreme = 10;
/** Share of a constant prediction's loss from which on an extreme scale is forgiven. Heuristic. */
const plainSuccess = 0.25;

/** Whether data of an unusual scale harm a run: it fails or, at an extreme scale, is not plainly a success. */
export function scaleMatters(run: Run, isExtreme: boolean): boolean {
  const { known, share } = lossTrend(run);
  return fails(run) || (isExtreme && known && share > plainSuccess);
}
