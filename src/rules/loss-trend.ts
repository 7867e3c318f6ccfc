import type { Run } from '../record/run.js';
import { dataLosses } from './data-loss.js';
import { guessLoss } from './guess-loss.js';
import { remember } from './remember.js';

/** What the loss says about training; every property is false where it says nothing. */
export interface LossTrend {
  /** Whether there are enough finite losses to speak of a trend. */
  readonly known: boolean;
  /** The loss is all but zero: small gradients are what one wants. */
  readonly converged: boolean;
  /** Fell beyond its own noise since the beginning, and below what a constant prediction reaches; or is below that, for sure. */
  readonly succeeded: boolean;
  /** Rose beyond its own noise since the beginning. */
  readonly risen: boolean;
  /** Is falling still, beyond its own noise, and not merely towards what a constant prediction reaches. */
  readonly falling: boolean;
  /** Falls fast enough to leave a constant prediction behind within a few times the steps so far. */
  readonly onItsWay: boolean;
  /** Is at half of a constant prediction's loss, or of the first one, or below. */
  readonly good: boolean;
  /** The recent loss over a constant prediction's, or else over the early one; NaN where there is none above 0. */
  readonly share: number;
  /** Converged, succeeded or good: nothing needs to be said against such a run. */
  readonly well: boolean;
  /** None of the above for some time: what training there is does not help. */
  readonly failing: boolean;
  /** Is above a constant prediction's, after some time and for sure, whether it falls or not. */
  readonly behind: boolean;
}

/** Fewest losses that make a trend: thirds of two. */
const fewest = 6;
/** Losses before which nothing is said to fail: training may begin with a few bad steps. Heuristic. */
export const fewestToFail = 20;
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
/** Share of the loss below which training is plainly under way. Heuristic. */
const goodShare = 0.5;
/** Multiple of the steps so far within which a falling loss should get below a constant prediction's. Heuristic. */
const patience = 3;

/** Compares the recent losses with the early ones, penalties on weights aside. */
export const lossTrend: (run: Run) => LossTrend = remember((run) =>
  trendOf(finiteLosses(run), guessLoss(run)),
);

/** The same of the loss as a whole. */
export const wholeLossTrend: (run: Run) => LossTrend = remember((run) =>
  trendOf(run.steps.map(({ loss }) => loss).filter(isKnown), guessLoss(run)),
);

function trendOf(losses: readonly number[], guess: number | null): LossTrend {
  const third = Math.floor(losses.length / 3);
  const first = losses.slice(0, Math.max(1, Math.min(longestEarly, third)));
  const early = spread(first);
  const length = Math.max(1, Math.min(longestRecent, third));
  const recent = spread(losses.slice(-length));
  const before = spread(losses.slice(-2 * length, -length));
  // Of tiny batches the last few losses say little; the last third of them says more.
  const latest = spread(losses.slice(-Math.max(1, third)));
  const earlier = spread(losses.slice(-2 * Math.max(1, third), -Math.max(1, third)));
  const known = losses.length >= fewest;
  const beats = ({ mean }: Spread): boolean => guess === null || mean < beatenShare * guess;
  const done =
    guess === null ? Math.max(convergedLoss, convergedShare * Math.min(...first)) : convergedShare * guess;
  const converged = recent.mean >= 0 && recent.mean <= done;
  const turned = fell(recent, latest);
  // A share of nothing, or of less, tells no progress: a loss that rises from -1 to -0.3 is at 0.3 of it.
  const share = recent.mean / (guess ?? (early.mean > 0 ? early.mean : Number.NaN));
  const good = known && share <= goodShare;
  const succeeded =
    known &&
    ((guess !== null && beats(recent) && isBelow(latest, beatenShare * guess) && lower(early, latest)) ||
      (beats(recent) && fell(early, recent)) ||
      (beats(latest) && beats(recent) && fell(early, latest) && !turned));
  const falling = known && beats(recent) && fell(before, recent);
  const pace = (earlier.mean - latest.mean) / third;
  const far = guess === null ? 0 : latest.mean - beatenShare * guess;
  const onItsWay = known && fell(earlier, latest) && far <= patience * losses.length * pace;
  const risen = known && fell(recent, early);
  const well = converged || succeeded || good;
  const failing = losses.length >= fewestToFail && !well && !falling && !onItsWay;
  const behind = losses.length >= fewestToFail && guess !== null && fell(recent, { mean: guess, error2: 0 });
  return { known, converged, succeeded, risen, falling, onItsWay, good, share, well, failing, behind };
}

/** Whether training fails or has broken down. */
export function fails(run: Run): boolean {
  const { failing } = lossTrend(run);
  const newest = run.steps.at(-1);
  const isBroken = newest !== undefined && newest.loss !== null && !Number.isFinite(newest.loss);
  return failing || isBroken || blowsUp(run);
}

/** Multiple of the first loss that is beyond any noise, and losses in a row above it. Heuristic. */
const [blownUp, inARow] = [1000, 3];

/** Whether the newest losses are each far above the one before, the first one and a constant prediction's: that needs no patience. */
export function blowsUp(run: Run): boolean {
  const losses = finiteLosses(run);
  const [first = Number.NaN] = losses;
  const limit = Math.max(blownUp * first, guessLoss(run) ?? 0);
  const newest = losses.slice(-inARow);
  return (
    newest.length === inARow &&
    first > 0 &&
    newest.every((loss, i) => loss > limit && loss > 2 * (newest[i - 1] ?? 0))
  );
}

/** Losses of the run without penalties on weights; one that is not finite says nothing here and is the business of a rule of its own. */
export const finiteLosses: (run: Run) => readonly number[] = remember((run) =>
  dataLosses(run).filter(isKnown),
);

/** Step of the loss that is this many from the end, the last one being the first; losses may be missing in between. */
export function stepOfLoss({ steps }: Run, fromEnd: number): number {
  return steps.filter(({ loss }) => isKnown(loss)).at(-fromEnd)?.step ?? 0;
}

const isKnown = (loss: number | null): loss is number => Number.isFinite(loss);

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

/** Whether a mean lies below a limit, beyond its own noise. */
const isBelow = ({ mean, error2 }: Spread, limit: number): boolean =>
  mean + standardErrors * Math.sqrt(error2) < limit;

const lower = (from: Spread, to: Spread): boolean => from.mean - to.mean > smallestFall * Math.abs(from.mean);

/** Whether the second mean is lower, beyond the noise of both. */
export function fell(from: Spread, to: Spread): boolean {
  return from.mean - to.mean > standardErrors * Math.sqrt(from.error2 + to.error2) && lower(from, to);
}
