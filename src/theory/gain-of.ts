import { expectation } from './expectation.js';

/** Moments of an activation phi under z ~ N(0, 1), and the factors that undo what it does to a signal. */
export interface Gain {
  /**
   * 1 / sqrt(E phi(z)^2): weights of standard deviation `forward` / sqrt(fanIn) keep the mean square of a signal from
   * layer to layer. `Infinity` for the constant 0.
   */
  readonly forward: number;
  /** 1 / std(phi(z)): makes the variance of the output 1; the gamma of NFNets. `Infinity` for constants. */
  readonly variance: number;
  /**
   * 1 / sqrt(E phi'(z)^2): weights of standard deviation `backward` / sqrt(fanOut) keep the mean square of a gradient.
   * `Infinity` where the slope is 0 almost everywhere.
   */
  readonly backward: number;
  /** E phi(z). */
  readonly mean: number;
  /** E phi(z)^2. */
  readonly meanSquare: number;
  /** E phi'(z)^2. */
  readonly slopeMeanSquare: number;
}

export function gainOf(f: (x: number) => number, slope: (x: number) => number, tolerance?: number): Gain {
  const options = tolerance === undefined ? {} : { tolerance };
  // Moments about phi(0), so that a constant has the variance 0 and not a rounding error.
  const origin = f(0);
  const shift = expectation((x) => f(x) - origin, options);
  const mean = origin + shift;
  const meanSquare = expectation((x) => f(x) ** 2, options);
  const variance = expectation((x) => (f(x) - origin) ** 2, options) - shift ** 2;
  const slopeMeanSquare = expectation((x) => slope(x) ** 2, options);
  return {
    forward: 1 / Math.sqrt(meanSquare),
    variance: 1 / Math.sqrt(variance),
    backward: 1 / Math.sqrt(slopeMeanSquare),
    mean,
    meanSquare,
    slopeMeanSquare,
  };
}
