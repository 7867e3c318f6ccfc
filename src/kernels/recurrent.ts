import type { MatrixKernels } from './matrix.js';

/** Where rows lie in the heap, in floats, counted by two indices; a negative stride goes backwards. */
export interface Block {
  /** Position of the first row. */
  readonly at: number;
  /** From a row to the one with the next outer index. */
  readonly outer: number;
  /** From a row to the one with the next inner index. */
  readonly inner: number;
}

/** What every kernel for one time step needs to know; positions in the heap. */
export interface TimeStep {
  /** Gates side by side in each row. */
  readonly z: number;
  /** One float for each row, 0 where the step is not taken. */
  readonly mask: number | undefined;
  /** Of the batch. */
  readonly rows: number;
  /** Of a gate, in floats, a multiple of 8: the units, padded. */
  readonly width: number;
  /** Whether gates are clip(0.2 x + 0.5, 0, 1) and not a sigmoid. */
  readonly hard: boolean;
}

/** Floats in which the openings of so many gates are summed up: two in the end, more on the way. */
export const openingsRoom = (gates: number): number => 8 * gates;

/** Gates: input, forget, candidate, output. */
export interface LstmStep extends TimeStep {
  readonly cBefore: number;
  readonly c: number;
}

/** Gates: update, reset, candidate, and with the reset after the product what the hidden state says to the candidate. */
export interface GruStep extends TimeStep {
  /** 4 with the reset after the product, 3 with it before. */
  readonly gates: 3 | 4;
  readonly hBefore: number;
}

/** Kernels of recurrent layers, one time step or one array at a time. Sizes and widths are multiples of 4 floats. */
export interface RecurrentKernels extends MatrixKernels {
  /** Copies rows of any width. */
  copyRows(from: Block, to: Block, outer: number, inner: number, width: number): void;
  /** Sets rows of any width to 0 whose mask is 0. */
  clearMasked(mask: number, to: number, rows: number, width: number): void;
  /** TO += sum of the rows. */
  addRows(from: number, to: number, rows: number, width: number): void;
  /** TO = X Y, element by element. */
  multiply(x: number, y: number, to: number, size: number): void;
  /** Cuts elements to [-limit, limit]. */
  clipElements(x: number, limit: number, size: number): void;
  /** Scales each row of X, together with that of Y if there is one, so that its norm is at most `limit`. */
  clipRows(x: number, y: number | undefined, limit: number, rows: number, width: number): void;
  /** Activates the gates in place and fills `c` and `h`. */
  lstmForward(step: LstmStep, hBefore: number, h: number): void;
  /**
   * Fills `c` and `h` again as `lstmForward` did, and `shown` = tanh c, from activated gates; the rows may be those of many
   * steps, one after the other.
   *
   * @param openings - Where the gates but the candidate are summed up, masked rows left out: of each the sum, and how many
   *   are farther than 0.45 from a half; then zeros, up to {@link openingsRoom}.
   */
  lstmReplay(step: LstmStep, hBefore: number, h: number, shown: number, openings: number | undefined): void;
  /**
   * Turns activated gates into dL/dz in place, `dc` from what later steps give into what this one gives to the step before,
   * and `dh` from dL/dh into the part of it that goes there without a product.
   *
   * @param shown - tanh c.
   * @param norms - Where the norms of dL/dh and dL/dc go.
   */
  lstmBackward(step: LstmStep, shown: number, dh: number, dc: number, norms: number | undefined): void;
  /** Activates update and reset gate in place. */
  gruGates(step: GruStep): void;
  /** `to` = r h, for a reset before the product. */
  gruReset(step: GruStep, h: number, to: number): void;
  /** Activates the candidate in place and fills `h`. */
  gruForward(step: GruStep, h: number): void;
  /** As `lstmReplay`. */
  gruReplay(step: GruStep, h: number, openings: number | undefined): void;
  /** As `lstmBackward`, with one norm; leaves a reset gate before the product to `gruResetBackward`. */
  gruBackward(step: GruStep, dh: number, norms: number | undefined): void;
  /** Turns the reset gate r into dL/dz, given `p` = dL/d(r h); then `to` is r h and p is r p. */
  gruResetBackward(step: GruStep, h: number, p: number, to: number): void;
}
