import type { NamedTensorMap, Optimizer, Scalar } from '@tensorflow/tfjs-core';
import type { CustomCallbackArgs } from '@tensorflow/tfjs-layers';
import type { ClipStrategy } from '../clip/strategy.js';
import type { Finding, Report, Rule } from '../record/finding.js';
import type { Run, StepRecord } from '../record/run.js';
import type { Sink } from '../record/sink.js';
import type { LossScaleOptions } from './loss-scale.js';
import type { When } from './when.js';

/** How to watch. */
export interface WatchOptions {
  /**
   * What the optimizer gets instead of the raw gradients.
   *
   * @default none: training is only observed, bit for bit
   */
  readonly clip?: ClipStrategy;
  /**
   * Scales the loss before it is differentiated and the gradients back, so that small ones survive backends of 16-bit
   * floats (see `probeBackend`), where 6e-8 is the smallest number. A step whose scaled gradients overflow is rejected and
   * the scale falls; after a while without overflow it grows. `{}` takes the defaults. Source: arXiv 1710.03740.
   *
   * Records tell the unscaled loss and gradients: these are measured while scaled and divided in float64, so that nothing is
   * lost. What clip and optimizer get is on the device: a clip gets the unscaled gradients and the optimizer what the clip
   * makes of them. Without a clip, Adam and Adamax, which do not mind a constant factor beside `epsilon`, get the gradients
   * times 32 for the sake of their second moments; all others get the unscaled gradients. Where floats have 16 bits, unscaled
   * elements below 6e-8 become 0 there: with SGD and Momentum, weights of 16 bits that are not 0 could not have shown so
   * small an update. Where the loss is differentiated by `tf.variableGrads`, nothing is scaled.
   *
   * @default none: the loss is differentiated as it is
   */
  readonly lossScale?: LossScaleOptions;
  /**
   * When to measure.
   *
   * @default 1: every step
   */
  readonly every?: When;
  /**
   * What trains the model in a loop of your own; for one that was not compiled with it.
   *
   * @default the optimizer of each `compile`
   */
  readonly optimizer?: Optimizer;
  /**
   * When to add histograms to the gradients of a measured step.
   *
   * @default every tenth step, and 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on
   */
  readonly histograms?: When;
  /**
   * When to tap the layers: statistics of each output and of the loss's gradient with respect to it, dead and saturated
   * shares, and for recurrent layers the gradient through time and the gates; of fused ones the gates alone, since they tell
   * of the gradient at every measured step. Works where the loss is differentiated by the optimizer: `fit`, `fitDataset`,
   * `trainOnBatch` and `minimize`.
   *
   * Rules for dead and saturated units and for recurrent layers see nothing else; `false` leaves them blind.
   *
   * @default twice in every doubling of the step: 0, 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on
   */
  readonly activations?: When | false;
  /**
   * When to describe the weights themselves, as they were before the step: statistics and a histogram of each, as `weight` of
   * its variable's record. Their norms are in every record anyway. Costs as much as the gradients' histograms.
   *
   * @default false: never
   */
  readonly weights?: When | false;
  /**
   * Largest share of the training time to spend, such as 0.02: the monitor measures what it takes and leaves steps out to
   * stay within it. The first ten steps are always measured; `record.watchShare` tells the share so far.
   *
   * @default none: every step that is due is measured
   */
  readonly budget?: number;
  /**
   * What to look for.
   *
   * @default `defaultRules`
   */
  readonly rules?: readonly Rule[];
  /**
   * Where records and findings go, beside the monitor's own memory.
   *
   * @default none
   */
  readonly sinks?: readonly Sink[];
  /**
   * Whether to leave findings unprinted; otherwise each is printed once by `console.warn`.
   *
   * @default false
   */
  readonly quiet?: boolean;
  /**
   * Most records kept. The first ten stay as the baseline; beyond the limit the oldest after them are dropped.
   *
   * @default 1000
   */
  readonly history?: number;
  /**
   * Number of the first step: of a run that is resumed the one behind the last, so that its log, and {@link mergeRuns}, go on
   * where it was left instead of counting from 0 again.
   *
   * @default 0
   */
  readonly firstStep?: number;
  /**
   * `error`: a finding of severity `error` (NaN, divergence) sets `model.stopTraining`. Needs a model.
   *
   * @default 'never'
   */
  readonly stopOn?: 'error' | 'never';
  /**
   * Whether to examine the first step that is not finite: which tensor of which layer, and of which sample of the batch, was
   * the first; and to keep the last sound weights for `monitor.restore()`. Keeps a second set of weights and, on cpu and wasm,
   * the batch at hand alive, without copying them; on GPU backends no sample is named. Works with `fit`, `fitDataset` and
   * `trainOnBatch`.
   *
   * @default false
   */
  readonly autopsy?: boolean;
  /**
   * Called with each record, in step order. What it throws becomes a finding.
   *
   * @default none
   */
  readonly onStep?: (record: StepRecord) => void;
  /**
   * Called with each finding, once, when it is first made. What it throws becomes a finding.
   *
   * @default none
   */
  readonly onFinding?: (finding: Finding) => void;
}

/** Watches training until it is stopped. */
export interface Monitor {
  /** Facts and records so far: plain JSON, current at each access. */
  readonly run: Run;
  /** The records kept, oldest first. */
  readonly records: readonly StepRecord[];
  /** Every finding so far. A finding stays after its trouble has passed: its `lastStep` tells. */
  readonly findings: readonly Finding[];
  /** Diagnoses the run as it is now. With no step recorded, the verdict says why. */
  report(): Report;
  /**
   * A callback for `model.fit(x, y, { callbacks: monitor.callback })`. Optional on cpu and wasm; on GPU backends it lets
   * read-backs finish while `fit` runs, so that records arrive during training and not after it.
   */
  readonly callback: CustomCallbackArgs;
  /**
   * Records gradients of a loop that bypasses the optimizer. Between `optimizer.computeGradients` and the end of
   * `optimizer.applyGradients` they take the place of the gradients that the optimizer is given. In a loop without an
   * optimizer, updates are told from one call to the next.
   *
   * @param gradients - By variable name; not disposed.
   * @param loss - Of the same step; not disposed.
   */
  observe(gradients: NamedTensorMap, loss?: Scalar): void;
  /**
   * Puts back the last sound weights, also those of batch normalisation, and returns the step before which they stood; `null`
   * where none are held. Sound are weights that are finite, of a loss not above ten times the median of the last twenty such
   * (nor, where that is more, a tenth of the first). Needs the option `autopsy`. The moments of the optimizer stay as they are: compile again
   * where they are not finite.
   */
  restore(): number | null;
  /** Resolves when all steps so far are recorded, judged and handed to the sinks. */
  flush(): Promise<void>;
  /** Gives the model and its optimizer their own methods back at once, then flushes and closes the sinks. */
  stop(): Promise<void>;
}
