import { measurePanel, type Panel } from './lobatto-panel.js';

/** Of E f(x). */
export interface ExpectationOptions {
  /**
   * Of x, 0 or more.
   *
   * @default 1
   */
  readonly variance?: number;
  /**
   * Largest sum of estimated errors, as a share of the sum of the panels' absolute values.
   *
   * @default 1e-11
   */
  readonly tolerance?: number;
}

/**
 * In standard deviations: the innermost for functions that bend within a small part of one, the density at the outermost is
 * 1e-282 of its peak.
 */
const positiveEdges = [0, 1e-6, 1e-3, 1, 2, 3, 4, 6, 8, 12, 20, 36];
const edges = [...positiveEdges.slice(1).map((edge) => -edge), ...positiveEdges].sort((a, b) => a - b);
/** A jump takes about 40 panels; a function too noisy for the tolerance stops here. */
const maxPanels = 600;

/** Of the sum of absolute values: an error above this means that f oscillates too fast to be integrated. */
const unresolved = 1e-4;

/**
 * E f(x) for x ~ N(0, variance). Kinks and jumps of f need not be announced. `Infinity` where f overflows within reach, NaN
 * where it is NaN or oscillates too fast.
 */
export function expectation(f: (x: number) => number, options: ExpectationOptions = {}): number {
  if (options.variance === 0) return f(0);
  const panels = gaussianPanels(f, options);
  const { scale, error } = total(panels);
  if (error > unresolved * scale) return Number.NaN;
  return panels.reduce((sum, { value }) => sum + value, 0);
}

/**
 * The panels of z = x / std over which adaptive Gauss-Lobatto quadrature sums up E f(x): the one with the largest estimated
 * error is halved until the sum of errors is below the tolerance, so that they close in on kinks and jumps.
 */
export function gaussianPanels(
  f: (x: number) => number,
  { variance = 1, tolerance = 1e-11 }: ExpectationOptions,
): Panel[] {
  const std = Math.sqrt(variance);
  const integrand = (z: number): number => f(std * z) * normalDensity(z);
  const panels = panelsBetween(edges, integrand);
  while (panels.length < maxPanels) {
    const { scale, error } = total(panels);
    // Written so that NaN ends the loop.
    if (!(error > tolerance * scale)) break;
    const worst = panels.reduce((at, { error }, index) => (error > (panels[at]?.error ?? 0) ? index : at), 0);
    const [{ low, high } = { low: 0, high: 0 }] = panels.splice(worst, 1);
    panels.push(...panelsBetween([low, (low + high) / 2, high], integrand));
  }
  return panels;
}

export const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

function total(panels: readonly Panel[]): { scale: number; error: number } {
  return {
    scale: panels.reduce((sum, { value }) => sum + Math.abs(value), 0),
    error: panels.reduce((sum, { error }) => sum + error, 0),
  };
}

function panelsBetween(edges: readonly number[], integrand: (z: number) => number): Panel[] {
  return edges.slice(1).map((high, index) => measurePanel(edges[index] ?? high, high, integrand));
}
