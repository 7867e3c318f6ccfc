/** What the page shows beside the columns of its charts. */
export interface PictureHead {
  readonly verdict: string;
  readonly state: 'healthy' | 'suffers' | 'lost' | 'empty';
  /** What was recorded: names and values. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly findings: readonly FindingCard[];
  readonly layers: readonly PictureLayer[];
  readonly lastStep: number;
  readonly slope?: DepthSlope;
  readonly preflight?: PreflightSlope;
}

/** Everything that the page shows, as charts read it. */
export interface Picture extends PictureHead {
  /** First step of each column of the grids by step. */
  readonly columns: readonly number[];
  /** Steps that a column covers. */
  readonly columnWidth: number;
  /** Share of the steps in each column whose gradients the clip changed, and that it rejected; absent without a clip. */
  readonly clip?: { readonly name: string; readonly fired: Line; readonly rejected: Line };
  /** log10 of the gradient norm by layer. */
  readonly gradient?: Grid;
  /** log10 of the update ratio by layer. */
  readonly update?: Grid;
  readonly dead?: Grid;
  readonly saturated?: Grid;
  readonly histograms?: HistogramGrid;
  readonly recurrent: readonly RecurrentPicture[];
  readonly loss?: Range;
  readonly globalNorm?: Range;
  /** Share of the training time that watching took. */
  readonly watchShare?: Line;
}

/** One number a column; `null` where nothing was measured, or nothing finite. */
export type Line = readonly (number | null)[];

/** A layer as the page names it. */
export interface PictureLayer {
  /** Its path, with control characters and direction overrides made visible, cut where it is very long. */
  readonly name: string;
  /** Short enough for an axis. */
  readonly label: string;
  /** What kind of layer, where the model is known. */
  readonly className?: string;
}

/** Numbers by layer and column. */
export interface Grid {
  /** Indices into the layers, one for each row. */
  readonly rows: readonly number[];
  readonly values: readonly Line[];
  /** Where a step had no number to average, whatever its neighbours in the column had. */
  readonly marks: readonly Mark[];
}

/** Columns of one row in which something else than a positive finite number stood. */
export interface Mark {
  /** Row of the grid, not index of the layer. */
  readonly row: number;
  readonly from: number;
  /** The last one. */
  readonly to: number;
  readonly kind: 'nan' | 'infinite' | 'zero';
}

/** Least, mean and greatest number of each column. */
export interface Range {
  readonly least: Line;
  readonly mean: Line;
  readonly greatest: Line;
  /** Columns with a NaN or an infinite value. */
  readonly nonFinite: readonly number[];
}

/** Histograms of the gradients' magnitudes by layer, in octaves: from a power of two to the next. */
export interface HistogramGrid {
  /** First step of each column: fewer than in the other grids. */
  readonly columns: readonly number[];
  readonly columnWidth: number;
  readonly layers: readonly LayerHistogram[];
}

/** Histograms of one layer. */
export interface LayerHistogram {
  /** Index into the layers. */
  readonly layer: number;
  /** Exponent of the first octave: it holds magnitudes from 2^lowest to 2^(lowest + 1). */
  readonly lowest: number;
  /** By column, then octave: share of the elements in 1/10000, at least 1 where there is any element. */
  readonly shares: readonly (readonly number[])[];
  /** Elements by column, and those of them that the octaves cannot hold. */
  readonly elements: readonly number[];
  readonly zeros: readonly number[];
  readonly infinite: readonly number[];
  readonly nans: readonly number[];
}

/** Gradient through time and gates of one recurrent layer. */
export interface RecurrentPicture {
  /** Index into the layers. */
  readonly layer: number;
  readonly columns: readonly number[];
  readonly columnWidth: number;
  /** Number of time steps, and how many of them a row stands for. */
  readonly timeSteps: number;
  readonly rowWidth: number;
  /** log10 of the norm of dL/dh_t by time, then column. */
  readonly hidden: readonly Line[];
  /** The same of dL/dc_t. */
  readonly cell?: readonly Line[];
  readonly gates: readonly { readonly name: string; readonly mean: Line; readonly saturated: Line }[];
}

/** The gradient's way through the depth of the model, at the first and the last record. */
export interface DepthSlope {
  readonly firstStep: number;
  readonly lastStep: number;
  /** In depth order: log10 of the gradient norm, `null` where it is 0 or not finite. */
  readonly points: readonly {
    readonly layer: number;
    readonly depth: number;
    readonly first: number | null;
    readonly last: number | null;
  }[];
  /** Fitted line of the first record: log10 of the norm is `at + perLayer * depth`. */
  readonly line: { readonly at: number; readonly perLayer: number };
}

/** The gradient's way through the depth before any training, between the outputs of the layers with weights. */
export interface PreflightSlope {
  /** In depth order: log10 of the gradient norm at the output, measured and foretold; `null` where it is 0 or not finite. */
  readonly points: readonly {
    readonly layer: number;
    readonly measured: number | null;
    readonly foretold: number | null;
  }[];
  /** From the first layer to the last, whose places count from 1: log10 of the norm is `at + perLayer * place`. */
  readonly line?: { readonly at: number; readonly perLayer: number };
  /** Decades with each layer on the way back, and the parts of the weights and of the activations. */
  readonly slope: number | null;
  readonly weightSlope: number | null;
  readonly activationSlope: number | null;
}

/** A finding with its numbers written out. */
export interface FindingCard {
  readonly rule: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly where: string;
  /** Index into the layers, where it concerns one. */
  readonly layer?: number;
  readonly firstStep: number;
  readonly lastStep: number;
  readonly message: string;
  readonly because?: string;
  readonly evidence: readonly (readonly [name: string, value: string])[];
  readonly remedies: readonly RemedyLine[];
}

/** A remedy in words. */
export interface RemedyLine {
  readonly kind: string;
  readonly to: string;
  readonly where: string;
  readonly reason: string;
  /** What trying it showed. */
  readonly proof?: string;
}
