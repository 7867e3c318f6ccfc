const seriesLimit = 3;

/** The error function to 1e-15. */
export function erf(x: number): number {
  if (Math.abs(x) >= seriesLimit) return Math.sign(x) * (1 - erfcTail(Math.abs(x)));
  // erf(x) = 2 x exp(-x^2) / sqrt(pi) * sum of (2 x^2)^k / (1 3 5 ... (2k + 1)): all terms positive.
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return ((2 * x) / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The distribution function of N(0, 1), also far in its lower tail. */
export function normalCdf(x: number): number {
  const t = x / Math.SQRT2;
  return t <= -seriesLimit ? erfcTail(-t) / 2 : (1 + erf(t)) / 2;
}

/** 1 - erf(x) for x >= 3, by Laplace's continued fraction from its 60th level. */
function erfcTail(x: number): number {
  let fraction = x;
  for (let k = 60; k > 0; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}
