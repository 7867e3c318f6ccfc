import type { DifferentiableActivation } from './activation.js';
import { gaussianPanels, normalDensity } from './expectation.js';
import { panelPoints } from './lobatto-panel.js';

/** In standard deviations; beyond, a normalised Hermite polynomial times the density is below 1e-15. */
const reach = 12;
/** Short enough for the oscillations of the highest polynomial, whose period is about 2 pi / sqrt(maxOrder) = 0.3. */
const longestPanel = 0.25;
const maxOrder = 400;

/**
 * E f(u) f(v) for u, v ~ N(0, q), as a power series in their correlation c: coefficient k is (E f(sqrt(q) z) h_k(z))^2, with
 * h_k the Hermite polynomials normalised to E h_k(z)^2 = 1 (Mehler). All are 0 or more and add up to E f^2; what the first
 * 400 leave, which only kinks and jumps do, is counted as the next one.
 */
export function correlationSeries({ f, tolerance }: DifferentiableActivation, q: number): number[] {
  const std = Math.sqrt(q);
  const panels = gaussianPanels((x) => f(x) ** 2, { variance: q, tolerance });
  const meanSquare = panels.reduce((sum, { value }) => sum + value, 0);
  const points = panels
    .filter(({ low, high }) => high <= reach && low >= -reach)
    .flatMap(({ low, high }) => {
      const pieces = Math.ceil((high - low) / longestPanel);
      const edge = (index: number): number => low + ((high - low) * index) / pieces;
      return Array.from({ length: pieces }, (_, index) => panelPoints(edge(index), edge(index + 1))).flat();
    });
  const z = Float64Array.from(points, ([node]) => node);
  const weighted = Float64Array.from(
    points,
    ([node, weight]) => weight * normalDensity(node) * f(std * node),
  );
  let before = new Float64Array(z.length);
  let hermite = new Float64Array(z.length).fill(1);
  const series: number[] = [];
  let rest = meanSquare;
  for (let order = 0; order < maxOrder && rest > 1e-13 * meanSquare; order++) {
    const square = weighted.reduce((sum, weight, index) => sum + weight * (hermite[index] ?? 0), 0) ** 2;
    // An odd function has no even powers, but for rounding.
    const coefficient = square > 1e-24 * meanSquare ? square : 0;
    series.push(coefficient);
    rest -= coefficient;
    // h_{k+1} = (z h_k - sqrt(k) h_{k-1}) / sqrt(k + 1), written over h_{k-1}.
    before.forEach((value, index) => {
      before[index] =
        ((z[index] ?? 0) * (hermite[index] ?? 0) - Math.sqrt(order) * value) / Math.sqrt(order + 1);
    });
    [before, hermite] = [hermite, before];
  }
  return [...series, Math.max(0, rest)];
}

/** The sum of a power series, and its derivative. */
export function evaluateSeries(series: readonly number[], c: number): { value: number; slope: number } {
  return series.reduceRight(
    ({ value, slope }, coefficient) => ({ value: value * c + coefficient, slope: slope * c + value }),
    { value: 0, slope: 0 },
  );
}

/**
 * The fixed point below 1 of a map of correlations whose slope at 1 exceeds 1. Its series has no negative coefficient, so it
 * is convex, and Newton's method from 0 rises to the point without passing it.
 */
export function correlationFixedPoint(series: readonly number[]): number {
  let c = 0;
  for (let step = 0; step < 100; step++) {
    const { value, slope } = evaluateSeries(series, c);
    const next = c + (value - c) / (1 - slope);
    if (!(next > c && next < 1)) break;
    c = next;
  }
  return c;
}
