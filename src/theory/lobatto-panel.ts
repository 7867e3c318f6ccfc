/** One piece of a range of integration. */
export interface Panel {
  readonly low: number;
  readonly high: number;
  /** The integral over the piece. */
  readonly value: number;
  /** How far two rules are apart: far above the error of a smooth function, about that at a jump. */
  readonly error: number;
}

// Lobatto's rule of 4 points, extended by Kronrod's method to 7 and to 13 (Gander and Gautschi 2000, BIT 40). Both ends are
// among them: a jump between the last inner point and the end does not hide.
const nodes = [
  1,
  0.9428824156954797,
  Math.sqrt(2 / 3),
  0.6418533423457813,
  Math.sqrt(1 / 5),
  0.23638319966214988,
  0,
] as const;
const weightsOf13 = [
  0.015827191973480183, 0.09427384021885005, 0.1550719873365854, 0.18882157396018245, 0.19977340522685852,
  0.22492646533333954, 0.24261107190140774,
] as const;
/** Of every other node. */
const weightsOf7 = [77 / 1470, 432 / 1470, 625 / 1470, 672 / 1470] as const;

export function measurePanel(low: number, high: number, integrand: (z: number) => number): Panel {
  const middle = (low + high) / 2;
  const half = (high - low) / 2;
  let fine = 0;
  let coarse = 0;
  nodes.forEach((node, index) => {
    const value =
      node === 0 ? integrand(middle) : integrand(middle - half * node) + integrand(middle + half * node);
    fine += (weightsOf13[index] ?? 0) * value;
    if (index % 2 === 0) coarse += (weightsOf7[index / 2] ?? 0) * value;
  });
  return { low, high, value: half * fine, error: half * Math.abs(fine - coarse) };
}

/** The 13 points of a panel, and the weight of each. */
export function panelPoints(low: number, high: number): [z: number, weight: number][] {
  const middle = (low + high) / 2;
  const half = (high - low) / 2;
  return nodes.flatMap((node, index) => {
    const weight = half * (weightsOf13[index] ?? 0);
    const signs = node === 0 ? [0] : [-1, 1];
    return signs.map((sign): [number, number] => [middle + sign * half * node, weight]);
  });
}
