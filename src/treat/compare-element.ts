import { type Level, type Slope, slopeOf } from './finite-difference.js';
import type { ElementCheck } from './gradient-check.js';

/** Where one element stands and how well the function can be measured there. */
export interface Place {
  /** Value of the element. */
  readonly x: number;
  /** Value of the function. */
  readonly value: number;
  /** Its rounding noise. */
  readonly noise: number;
  /** First step, relative to max(1, |x|). */
  readonly step: number;
  /** Largest relative error that passes. */
  readonly tolerance: number;
}

/** The outcome for one element, without its position. */
export type Comparison = Omit<ElementCheck, 'input' | 'index'>;

/** Steps from 4 to 1/256 of the first: larger ones for functions nearly flat, smaller ones for sharp bends and near kinks. */
const POWERS: readonly number[] = [2, 1, 0, -1, -2, -3, -4, -5, -6, -7, -8];

/** The two steps that settle nearly every element. */
const FIRST_POWERS: readonly number[] = [0, -1];

/** How many times its uncertainty a value that is lost in noise must be missed by to count as missed. */
const ROUGHLY = 3;

/**
 * Compares an analytic partial derivative with finite differences of `along`, the function of this element alone: over
 * two steps, and over all of them unless those agree beyond doubt.
 */
export async function compareElement(
  analytic: number,
  place: Place,
  along: (xs: readonly number[]) => Promise<Float32Array>,
): Promise<Comparison> {
  const first = compare(analytic, place, await levels(FIRST_POWERS, place, along));
  return first.verdict === 'agrees' ? first : compare(analytic, place, await levels(POWERS, place, along));
}

async function levels(
  powers: readonly number[],
  { x, step }: Place,
  along: (xs: readonly number[]) => Promise<Float32Array>,
): Promise<Level[]> {
  const ends = powers.flatMap((power) => {
    const h = step * Math.max(1, Math.abs(x)) * 2 ** power;
    return [Math.fround(x + h), Math.fround(x - h)];
  });
  const values = await along(ends);
  const at = (of: ArrayLike<number>, i: number) => of[i] ?? Number.NaN;
  return powers.map((_, k) => ({
    up: at(ends, 2 * k) - x,
    down: x - at(ends, 2 * k + 1),
    right: at(values, 2 * k),
    left: at(values, 2 * k + 1),
  }));
}

function compare(analytic: number, { value, noise, tolerance }: Place, levels: readonly Level[]): Comparison {
  if (analytic === 0 && levels.every(({ left, right }) => left === value && right === value)) {
    return { analytic, numeric: 0, error: 0, verdict: 'agrees' };
  }
  const expected = Number.isFinite(analytic) ? Math.abs(analytic) : 0;
  const slope = slopeOf({ center: value, levels }, { noise, tolerance, expected });
  if (!Number.isFinite(analytic)) {
    return { analytic, numeric: slope.low, error: Number.POSITIVE_INFINITY, verdict: 'wrong' };
  }
  const numeric = Math.min(slope.high, Math.max(slope.low, analytic));
  const size = Math.max(expected, Math.abs(numeric));
  const difference = Math.abs(analytic - numeric);
  const error = difference === 0 ? 0 : difference / size;
  return { analytic, numeric, error, verdict: verdictOn(slope, difference, tolerance * size) };
}

function verdictOn({ low, high, uncertainty, measured }: Slope, difference: number, allowed: number) {
  if (measured === 'roughly') return difference > ROUGHLY * (allowed + uncertainty) ? 'wrong' : 'unresolved';
  if (measured === 'none') return 'unresolved';
  const wrong = difference > allowed + uncertainty;
  // A kink may hide on the side that could not be measured: agreement counts, disagreement proves nothing.
  if (wrong) return measured === 'one' ? 'unresolved' : 'wrong';
  return high - low > allowed + uncertainty ? 'kink' : 'agrees';
}
