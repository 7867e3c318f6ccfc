import type { Line, Mark, PictureHead } from './picture.js';

// What a page is told: JSON without tensors, NaN or Infinity, bounded in size whatever the run's length. Columns that stand are
// not told twice, for a live page asks twice a second.

/** What is short, and the columns that are new to the page; it keeps the others. */
export interface News extends PictureHead {
  /** Indices into the layers, the deepest last. */
  readonly order: readonly number[];
  readonly clipName?: string;
  /** Longest sequence of each recurrent layer. */
  readonly timeSteps: readonly (readonly [layer: number, timeSteps: number])[];
  readonly tails: {
    readonly steps: Tail<StepNews>;
    readonly histograms: Tail<HistogramNews>;
    readonly recurrent: Tail<RecurrentNews>;
  };
}

/** The columns from one on. */
export interface Tail<T> {
  /** Index of the first that is told; those before it stand, and none is left behind the last. */
  readonly from: number;
  /** Steps that a column covers. */
  readonly width: number;
  readonly columns: readonly T[];
}

/** One column of everything by step. Lists are by layer, and absent where every layer has `null`. */
export interface StepNews {
  /** First step. */
  readonly start: number;
  readonly loss?: SpreadNews;
  readonly globalNorm?: SpreadNews;
  readonly watchShare: number | null;
  readonly clipped: number | null;
  readonly rejected: number | null;
  /** log10 of the gradient norm. */
  readonly gradient?: Line;
  /** log10 of the update ratio. */
  readonly update?: Line;
  readonly dead?: Line;
  readonly saturated?: Line;
  /** What kept a gradient norm from being a number. */
  readonly trouble?: readonly (Mark['kind'] | null)[];
}

/** Of numbers some of which may not have been finite; the first three are `null` where all were. */
export type SpreadNews = readonly [
  least: number | null,
  mean: number | null,
  greatest: number | null,
  nonFinite: number,
];

/** Histograms of one column. Lists are by layer, in the order of `layers`. */
export interface HistogramNews {
  readonly start: number;
  /** Indices of those that have any. */
  readonly layers: readonly number[];
  /** Exponent of the first octave: it holds magnitudes from 2^lowest to 2^(lowest + 1). */
  readonly lowest: readonly number[];
  /** By octave: share of the elements in 1/10000, at least 1 where there is any element. */
  readonly shares: readonly (readonly number[])[];
  readonly elements: readonly number[];
  readonly zeros: readonly number[];
  readonly infinite: readonly number[];
  readonly nans: readonly number[];
}

/** The gradient through time of one column. */
export interface RecurrentNews {
  readonly start: number;
  readonly layers: readonly {
    /** Index into the layers. */
    readonly layer: number;
    /** log10 of the norm of dL/dh_t by row of time. */
    readonly hidden: Line;
    /** The same of dL/dc_t; empty without a memory cell. */
    readonly cell: Line;
    readonly gates: readonly (readonly [name: string, mean: number | null, saturated: number | null])[];
  }[];
}

/** Most rows of time; longer sequences share them. */
const mostRows = 64;

/** Time steps that one row stands for. */
export function rowWidthOf(timeSteps: number): number {
  return Math.max(1, Math.ceil(timeSteps / mostRows));
}
