import type { Report } from '../record/finding.js';

/** Options of `preflight`. */
export interface PreflightOptions {
  /**
   * Samples to look at, spread evenly over the data; all of them where there are fewer.
   *
   * @default 32
   */
  readonly batchSize?: number;
}

/** What `preflight` saw: a report on a run of one step that was not taken. */
export interface PreflightReport extends Report {
  /** Signals and gradients through the depth of the model. */
  readonly profile: SignalProfile;
  /** The loss before training; `null` where it is no number. */
  readonly loss: number | null;
  /** The loss of the best constant prediction, ln C for C classes; `null` where it is not known. */
  readonly chance: number | null;
  /** Time steps over which the gradient of each recurrent layer falls to half; `Infinity` where it does not fall. */
  readonly memory: Readonly<Record<string, number>>;
}

/** How signals and gradients change from layer to layer. */
export interface SignalProfile {
  /** The layers with weights, in depth order. */
  readonly layers: readonly LayerSignal[];
  /**
   * Decades by which the gradient changes with each layer on its way back, between the outputs of the first and the last
   * layer with weights; below 0 it fades. `null` with fewer than two such layers, or where a gradient is 0 or not finite.
   */
  readonly slope: number | null;
  /** The part of `slope` that the weights make, by their size: log10 of sqrt(fan-out x mean square of the weights). */
  readonly weightSlope: number | null;
  /** The rest of `slope`, which the slopes of the activations make. */
  readonly activationSlope: number | null;
}

/** One layer of a {@link SignalProfile}. */
export interface LayerSignal {
  /** Of the layer. */
  readonly path: string;
  /** Root mean square of its output. */
  readonly output: number;
  /** The same as foretold by `theory.predictGradients`; `null` where it says nothing. */
  readonly predictedOutput: number | null;
  /** L2 norm of the gradient at its output; `null` where none came. */
  readonly gradient: number | null;
  /** That norm over the one at the last layer's output. */
  readonly gradientRatio: number | null;
  /** The same as foretold, where the last layer is linear or leaves the gradient to the loss; `null` where nothing is. */
  readonly predictedRatio: number | null;
  /** Factor on a signal by the size of the weights: sqrt(fan-in x mean square). */
  readonly gain: number;
  /** Share of units that were 0 for all samples, of layers with a rectifier. */
  readonly deadShare?: number;
  /** Share of outputs where the slope is nearly 0, of bounded activations. */
  readonly saturatedShare?: number;
}
