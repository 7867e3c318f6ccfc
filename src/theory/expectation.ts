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

/** One piece of the range of integration. */
interface Panel {
  readonly low: number;
  readonly high: number;
  readonly value: number;
  readonly error: number;
}

// The Gauss-Kronrod pair of 7 and 15 points (QUADPACK qk15); the 7-point rule uses every other node.
const nodes = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993943, 0.5860872354676911,
  0.4058451513773972, 0.2077849550078985, 0,
] as const;
const kronrodWeights = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592, 0.1690047266392679,
  0.19035057806478542, 0.20443294007529889, 0.20948214108472782,
] as const;
const gaussWeights = [
  0.1294849661688697, 0.27970539148927664, 0.3818300505051189, 0.4179591836734694,
] as const;

/** In standard deviations; the density at the last one is 1e-282 of its peak. */
const firstEdges = [0, 1, 2, 3, 4, 6, 8, 12, 20, 36];
/** In units of x: where activations bend, which a wide Gaussian would step over. */
const bendingEdges = [0.5, 2, 8];
/** A jump takes about 40 panels; a function too noisy for the tolerance stops here. */
const maxPanels = 600;

/**
 * E f(x) for x ~ N(0, variance), by adaptive Gauss-Kronrod quadrature: the panel with the largest estimated error is
 * halved until the sum of errors is below the tolerance, so that kinks and jumps need not be announced. `Infinity` or NaN
 * where f overflows or is NaN within reach.
 */
export function expectation(
  f: (x: number) => number,
  { variance = 1, tolerance = 1e-11 }: ExpectationOptions = {},
): number {
  if (variance === 0) return f(0);
  const std = Math.sqrt(variance);
  const integrand = (z: number): number => f(std * z) * Math.exp((-z * z) / 2);
  const panels = panelsBetween(edges(std), integrand);
  while (panels.length < maxPanels) {
    const scale = panels.reduce((sum, { value }) => sum + Math.abs(value), 0);
    const error = panels.reduce((sum, panel) => sum + panel.error, 0);
    // Written so that NaN ends the loop.
    if (!(error > tolerance * scale)) break;
    const worst = panels.reduce((at, { error }, index) => (error > (panels[at]?.error ?? 0) ? index : at), 0);
    const [{ low, high } = { low: 0, high: 0 }] = panels.splice(worst, 1);
    panels.push(...panelsBetween([low, (low + high) / 2, high], integrand));
  }
  return panels.reduce((sum, { value }) => sum + value, 0) / Math.sqrt(2 * Math.PI);
}

function edges(std: number): number[] {
  const bends = bendingEdges.map((edge) => edge / std).filter((edge) => edge < 36);
  const positive = [...firstEdges, ...bends].sort((a, b) => a - b);
  return [...positive.slice(1).map((edge) => -edge), ...positive].sort((a, b) => a - b);
}

function panelsBetween(edges: readonly number[], integrand: (z: number) => number): Panel[] {
  return edges.slice(1).map((high, index) => measurePanel(edges[index] ?? high, high, integrand));
}

function measurePanel(low: number, high: number, integrand: (z: number) => number): Panel {
  const middle = (low + high) / 2;
  const half = (high - low) / 2;
  let kronrod = 0;
  let gauss = 0;
  nodes.forEach((node, index) => {
    const value =
      node === 0 ? integrand(middle) : integrand(middle - half * node) + integrand(middle + half * node);
    kronrod += (kronrodWeights[index] ?? 0) * value;
    if (index % 2 === 1) gauss += (gaussWeights[(index - 1) / 2] ?? 0) * value;
  });
  return { low, high, value: half * kronrod, error: half * Math.abs(kronrod - gauss) };
}
