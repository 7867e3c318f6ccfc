/**
 * The p-value of the two-sample Kolmogorov-Smirnov test: how likely samples of one distribution are at least this far
 * apart. The peer's sample is given by its quantiles at equal steps of probability, joined by straight lines.
 *
 * Asymptotic formula with the correction for finite samples of Numerical Recipes (section 14.3).
 */
export function ksPValue(sample: ArrayLike<number>, quantiles: readonly number[], peerSize: number): number {
  const sorted = Float64Array.from(sample).sort();
  const steps = quantiles.length - 1;
  let distance = 0;
  let upper = 1;
  for (const [index, value] of sorted.entries()) {
    while (upper < steps && quantiles[upper]! < value) upper++;
    const from = quantiles[upper - 1]!;
    const share = (value - from) / (quantiles[upper]! - from);
    const peer = (upper - 1 + Math.min(1, Math.max(0, share))) / steps;
    distance = Math.max(
      distance,
      Math.abs(peer - index / sorted.length),
      Math.abs(peer - (index + 1) / sorted.length),
    );
  }
  const effective = Math.sqrt((sorted.length * peerSize) / (sorted.length + peerSize));
  const lambda = (effective + 0.12 + 0.11 / effective) * distance;
  let p = 0;
  for (let k = 1; k <= 100; k++) p += 2 * (-1) ** (k - 1) * Math.exp(-2 * k ** 2 * lambda ** 2);
  return Math.min(1, p);
}
