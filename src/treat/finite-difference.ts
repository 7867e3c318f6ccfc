/** A function of one number near a point: its value there and at both ends of steps of halving size, largest first. */
export interface Probe {
  /** Value at the point. */
  readonly center: number;
  /** From the largest step to the smallest, each half of the one before. */
  readonly levels: readonly Level[];
}

/** One step to either side; the offsets are the ones that float32 could store. */
export interface Level {
  /** Distance to the right of the point. */
  readonly up: number;
  /** Distance to the left of the point. */
  readonly down: number;
  /** Value at the right end. */
  readonly right: number;
  /** Value at the left end. */
  readonly left: number;
}

/** What must be told apart from what. */
export interface Resolution {
  /** Standard deviation of the rounding noise of the function. */
  readonly noise: number;
  /** Largest relative error of a measurement that counts. */
  readonly tolerance: number;
  /** Magnitude that the derivative is expected to have: errors are relative to it or to the derivative itself. */
  readonly expected: number;
}

/** What finite differences say of a derivative. */
export interface Slope {
  /** Derivative from the left and from the right, in ascending order; the same number twice unless there is a kink. */
  readonly low: number;
  /** The larger of the two. */
  readonly high: number;
  /** Truncation plus rounding error to be expected of either. */
  readonly uncertainty: number;
  /**
   * Which sides could be measured within the tolerance; a kink may hide on the other. `roughly`: neither, because rounding
   * noise drowns every step. `none`: the function does not settle down above the noise, or is not finite.
   */
  readonly measured: 'both' | 'one' | 'roughly' | 'none';
}

/** The estimate of a limit at one pair of steps. */
interface Estimate {
  readonly value: number;
  readonly truncation: number;
  readonly rounding: number;
}

/** Of float32: no value is more exact, however quiet the function is at the point. */
const UNIT_ROUNDOFF = 2 ** -24;

/** Standard deviations of the measured rounding noise that a difference may be off by. */
const SIGMAS = 3;

/**
 * Derivative by central differences with one Richardson extrapolation, (4 D(h/2) - D(h)) / 3, at the smallest step that is not
 * drowned in rounding noise: the derivative is a limit, and a kink beside the point drops out once the step is shorter
 * than the way to it. When the function still bends too much at that step, larger ones prove nothing, but one side may be free of
 * kinks: 2 D(h/2) - D(h) of that side.
 *
 * A kink at the point itself is told from curvature by its size: the jump from the left to the right difference halves
 * with the step for curvature and stays for a kink.
 */
export function slopeOf({ center, levels }: Probe, resolution: Resolution): Slope {
  const quotients = levels.map((level) => quotientsOf(level, center, resolution.noise));
  const pairs = quotients.slice(1).map((fine, k) => ({ coarse: quotients[k] ?? fine, fine }));
  const central = pairs.map(({ coarse, fine }) =>
    extrapolate(coarse.central, fine.central, 4, fine.rounding),
  );
  const left = pairs.map(({ coarse, fine }) => extrapolate(coarse.left, fine.left, 2, 2 * fine.rounding));
  const right = pairs.map(({ coarse, fine }) => extrapolate(coarse.right, fine.right, 2, 2 * fine.rounding));

  const k = limitOf(central, resolution);
  const [pair, slope] = [pairs[k], central[k]];
  if (pair === undefined || slope === undefined) {
    const sides = [left[limitOf(left, resolution)], right[limitOf(right, resolution)]].filter(
      (side) => side !== undefined,
    );
    if (sides.length > 0) return between(sides, sides.length === 2 ? 'both' : 'one');
    const rough = mostCertain(central);
    return between([rough], k === DROWNED && Number.isFinite(rough.value) ? 'roughly' : 'none');
  }
  const jump = Math.abs(pair.fine.right - pair.fine.left);
  const visible =
    2 * slope.rounding + resolution.tolerance * Math.max(Math.abs(pair.fine.right), Math.abs(pair.fine.left));
  // Curvature gives a ratio of 1/2, a kink 1.
  const persists = jump > 0.75 * Math.abs(pair.coarse.right - pair.coarse.left);
  const sides = [left[k], right[k]].filter((side) => side !== undefined);
  return between(jump > visible && persists ? sides : [slope], 'both');
}

function quotientsOf({ up, down, right, left }: Level, center: number, noise: number) {
  const size = Math.max(Math.abs(right), Math.abs(left));
  return {
    central: (right - left) / (up + down),
    left: (center - left) / down,
    right: (right - center) / up,
    rounding: (2 * SIGMAS * Math.max(noise, UNIT_ROUNDOFF * size)) / (up + down),
  };
}

/** `gain` is 4 for an error that falls with the square of the step, 2 for one that falls with the step. */
function extrapolate(coarse: number, fine: number, gain: number, rounding: number): Estimate {
  return { value: (gain * fine - coarse) / (gain - 1), truncation: Math.abs(fine - coarse), rounding };
}

/** No estimate stands above the noise. */
const DROWNED = -1;

/** The finest one that does has not converged. */
const UNSETTLED = -2;

/** Position of the finest estimate above the noise, where there is one and it has converged. */
function limitOf(estimates: readonly Estimate[], { tolerance, expected }: Resolution): number {
  const allowed = ({ value }: Estimate) => tolerance * Math.max(Math.abs(value), expected);
  let k = estimates.length - 1;
  let finest = estimates[k];
  while (finest !== undefined && !(finest.rounding <= allowed(finest) / 2)) finest = estimates[--k];
  if (finest === undefined) return DROWNED;
  return finest.truncation <= allowed(finest) ? k : UNSETTLED;
}

function mostCertain(estimates: readonly Estimate[]): Estimate {
  const nothing = { value: Number.NaN, truncation: Number.POSITIVE_INFINITY, rounding: 0 };
  return estimates.reduce((a, b) => (b.truncation + b.rounding < a.truncation + a.rounding ? b : a), nothing);
}

function between(sides: readonly Estimate[], measured: Slope['measured']): Slope {
  const values = sides.map((side) => side.value);
  const uncertainty = Math.max(...sides.map((side) => side.truncation + side.rounding));
  return { low: Math.min(...values), high: Math.max(...values), uncertainty, measured };
}
