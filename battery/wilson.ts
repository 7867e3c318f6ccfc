/** A share of a count, with the interval that holds the true one in 95 % of samples of this size. */
export interface Share {
  /** From 0 to 1; `null` of nothing. */
  readonly share: number | null;
  readonly low: number;
  readonly high: number;
}

/** The normal quantile of 97.5 %. */
const Z = 1.959964;

/**
 * Wilson's score interval, which stays within [0, 1] and is honest for small counts and for shares of 0 and 1. Source: Wilson, J.
 * Amer. Statist. Assoc. 22 (1927).
 */
export function shareOf(successes: number, total: number): Share {
  if (total === 0) return { share: null, low: 0, high: 1 };
  const share = successes / total;
  const scale = 1 + Z ** 2 / total;
  const center = (share + Z ** 2 / (2 * total)) / scale;
  const margin = (Z / scale) * Math.sqrt((share * (1 - share)) / total + (Z / (2 * total)) ** 2);
  return { share, low: Math.max(0, center - margin), high: Math.min(1, center + margin) };
}
