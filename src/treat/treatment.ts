import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ClipStrategy } from '../clip/strategy.js';
import type { Finding, Remedy, Report } from '../record/finding.js';

/** Data to treat with, and how. */
export interface TreatOptions {
  /** Inputs, as `fit` gets them; an array for a model of several. Never changed or disposed. */
  readonly x: Tensor | readonly Tensor[];
  /** Targets, as `fit` gets them; an array for a model of several outputs. */
  readonly y: Tensor | readonly Tensor[];
  /**
   * Samples on which the loss of a trial is measured.
   *
   * @default the training samples, up to 128 of them
   */
  readonly validation?: {
    /** As `x` of the training samples. */
    readonly x: Tensor | readonly Tensor[];
    /** As `y` of the training samples. */
    readonly y: Tensor | readonly Tensor[];
  };
  /**
   * A diagnosis that was made before, whose findings are treated beside those of a first trial.
   *
   * @default none
   */
  readonly report?: Report;
  /**
   * The clip that training uses, since no model tells.
   *
   * @default none
   */
  readonly clip?: ClipStrategy;
  /**
   * Samples in a batch of the trials; take that of your training.
   *
   * @default 32
   */
  readonly batchSize?: number;
  /**
   * Steps of each trial.
   *
   * @default 40, or as many as see 512 samples, up to 160
   */
  readonly steps?: number;
  /**
   * No trial begins after so many seconds.
   *
   * @default 60
   */
  readonly maxSeconds?: number;
  /**
   * An `AbortSignal`, or what throws as one does: ends the treatment between two steps, which then throws its reason.
   *
   * @default none
   */
  readonly signal?: {
    /** Throws once the treatment is to end. */
    throwIfAborted(): void;
  };
  /**
   * Compiles a copy of the model where class and configuration of its optimizer do not tell everything.
   *
   * @default the copy gets the model's losses and metrics, and an optimizer of the same class and configuration
   */
  readonly compile?: (model: LayersModel) => void;
  /**
   * Called after each trial, the first of which is that of the model as it is.
   *
   * @default none
   */
  readonly onTrial?: (trial: TrialProgress) => void;
}

/** A trial that has ended. */
export interface TrialProgress {
  /** Its number, from 0. */
  readonly trial: number;
  /** All that is changed in it, kept before or tried now; empty for the model as it is. */
  readonly remedies: readonly Remedy[];
  /** Loss before the first step, without penalties and on the scale of the given targets. */
  readonly lossBefore: number;
  /** The same after the last step, which is in the middle where a trial is given up; `Infinity` where it is no number. */
  readonly loss: number;
  /** What the rules found. */
  readonly findings: readonly Finding[];
  /** Since the treatment began. */
  readonly seconds: number;
}

/** A model that trains, and what it took. */
export interface Treatment {
  /** A new compiled model, or the given one where nothing was changed. Train it with the data as {@link prepareInput} gives it. */
  readonly model: LayersModel;
  /** The changes, each with what leaving it out does in a trial as `verified`: the loss rises, or findings come back. */
  readonly applied: readonly Remedy[];
  /** Of the given model, in a trial and by the report that was given. */
  readonly before: Report;
  /** Of the treated model, in a trial; like that one it records the first ten steps and every third. */
  readonly after: Report;
  /** The clip to train with: `watch(model, { clip })`; `undefined` for none. */
  readonly clip: ClipStrategy | undefined;
  /** Inputs as the treated model wants them, for training and for predictions: standardised, or as they are. */
  readonly prepareInput: (x: Tensor) => Tensor;
  /** Targets as the treated model wants them: standardised, or as they are. */
  readonly prepareTarget: (y: Tensor) => Tensor;
  /** What the treated model predicts, on the scale of the given targets. */
  readonly restoreOutput: (output: Tensor) => Tensor;
}
