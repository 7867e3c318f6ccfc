import type { LayerFacts } from './run.js';

/** A regulariser of one weight: the loss grows by `l1 · sum |w| + l2 · sum w²`. */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** The penalty on a weight, from facts, which write it as `L1L2(l1, l2)`; `undefined` where there is none. */
export function penaltyOf({ regularizers = {} }: LayerFacts, weight: string): Penalty | undefined {
  if (!Object.hasOwn(regularizers, weight)) return undefined;
  const [l1 = 0, l2 = 0] = (/^L1L2\(([^)]*)\)$/.exec(regularizers[weight] ?? '')?.[1] ?? '')
    .split(', ')
    .map(Number);
  return l1 > 0 || l2 > 0 ? { l1, l2 } : undefined;
}

/**
 * L2 norm of a penalty's gradient `l1 · sign(w) + 2 · l2 · w`, from the weight's statistics: exact. tfjs takes the sign of a
 * zero for -1, so that every element counts.
 */
export function penaltyGradientNorm(
  { l1, l2 }: Penalty,
  weight: { readonly size: number; readonly absSum: number; readonly norm: number },
): number {
  return Math.sqrt(
    l1 * l1 * weight.size + 4 * l1 * l2 * weight.absSum + 4 * l2 * l2 * weight.norm * weight.norm,
  );
}
