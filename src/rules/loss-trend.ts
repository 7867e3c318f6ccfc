import type { Run } from '../record/run.js';
import { guessLoss } from './guess-loss.js';

/** What the loss says about training; every property is false where it says nothing. */
export interface LossTrend {
  /** Whether there are enough finite losses to speak of a trend. */
  readonly known: boolean;
  /** The loss is all but zero: small gradients are what one wants. */
  readonly converged: boolean;
  /** Fell beyond its own noise since the beginning, and below what a constant prediction reaches. */
  readonly succeeded: boolean;
  /** Is falling still, beyond its own noise, and not merely towards what a constant prediction reaches. */
  readonly falling: boolean;
}

/** Fewest losses that make a trend: thirds of two. */
const fewest = 6;
/** A monitor with bounded history keeps its first ten records. */
const longestEarly = 10;
const longestRecent = 20;
/** Differences count beyond so many standard errors. Heuristic: as good as never by chance. */
const standardErrors = 3;
/** Share of the loss that a fall must reach to be more than rounding. Heuristic. */
const smallestFall = 0.01;
/** Share of a constant prediction's loss, or else of the first, at which training is done. Heuristic. */
const convergedShare = 0.01;
/** Loss at which training is done where a constant prediction's is not known. Heuristic. */
const convergedLoss = 1e-6;
/** A constant prediction is beaten below this share of its loss. Heuristic. */
const beatenShare = 0.98;

/** Compares the recent losses with the early ones. */
export function lossTrend(run: Run): LossTrend {
  const losses = finiteLosses(run);
  const third = Math.floor(losses.length / 3);
  const first = losses.slice(0, Math.max(1, Math.min(longestEarly, third)));
  const early = spread(first);
  const length = Math.max(1, Math.min(longestRecent, third));
  const recent = spread(losses.slice(-length));
  const before = spread(losses.slice(-2 * length, -length));
  const guess = guessLoss(run);
  const known = losses.length >= fewest;
  const learning = guess === null || recent.mean < beatenShare * guess;
  const done =
    guess === null ? Math.max(convergedLoss, convergedShare * Math.min(...first)) : convergedShare * guess;
  return {
    known,
    converged: recent.mean >= 0 && recent.mean <= done,
    succeeded: known && learning && fell(early, recent),
    falling: known && learning && fell(before, recent),
  };
}

/** Losses of the run; one that is not finite says nothing here and is the business of a rule of its own. */
export function finiteLosses(run: Run): number[] {
  const losses: number[] = [];
  for (const { loss } of run.steps) if (loss !== null && Number.isFinite(loss)) losses.push(loss);
  return losses;
}

interface Spread {
  readonly mean: number;
  /** Square of the mean's standard error. */
  readonly error2: number;
}

/** Mean of the losses and how far it is to be trusted. */
export function spread(values: readonly number[]): Spread {
  const n = values.length;
  if (n === 0) return { mean: Number.NaN, error2: 0 };
  let mean = 0;
  for (const value of values) mean += value / n;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, error2: n > 1 ? squares / (n - 1) / n : 0 };
}

function fell(from: Spread, to: Spread): boolean {
  const fall = from.mean - to.mean;
  return (
    fall > standardErrors * Math.sqrt(from.error2 + to.error2) && fall > smallestFall * Math.abs(from.mean)
  );
}
