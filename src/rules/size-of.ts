import type { TensorStats } from '../record/run.js';

/** Root mean square of what is not 0. */
export function sizeOf({ norm, size, zeros, nans, infs }: TensorStats): number {
  const n = size - zeros - nans - infs;
  return n > 0 ? norm / Math.sqrt(n) : 0;
}
