import type { TensorStats } from './run.js';

/** The L2 norm that an optimizer would have met: NaN and infinite elements are not left out, as they are in `norm`. */
export function fullNorm({ norm, nans, infs }: TensorStats): number {
  if (nans > 0) return Number.NaN;
  return infs > 0 ? Number.POSITIVE_INFINITY : norm;
}
