/**
 * What one training run left behind: facts about its parts and a record of each measured step.
 *
 * Plain JSON: a run can be saved, sent to a worker, merged and diagnosed without TensorFlow.js.
 */
export interface Run {
  /** Version of this data model. */
  readonly schema: 1;
  /** The watched model, or `null` when only an optimizer was watched. */
  readonly model: ModelFacts | null;
  /** The backend that trained, or `null` before the first step. */
  readonly backend: BackendFacts | null;
  /** Statistics of the data, or `null` when the data was not seen. */
  readonly data: DataFacts | null;
  /** The measured steps, oldest first; steps may be missing (cadence, bounded history). */
  readonly steps: readonly StepRecord[];
}

/** The facts of a {@link Run} that do not change from step to step: the head of a log. */
export type RunFacts = Omit<Run, 'steps'>;

/** What a model is made of, as far as its gradients are concerned. */
export interface ModelFacts {
  /** Every layer that computes, in depth order; containers are flattened into their layers. */
  readonly layers: readonly LayerFacts[];
  /** Name of the loss, or one for each output. */
  readonly loss: string | readonly string[];
  /** The optimizer by class name, with the numbers of its configuration. */
  readonly optimizer: {
    /** As tfjs spells it, e.g. `Adam`. */
    readonly className: string;
    /** Numeric configuration, e.g. `learningRate`, `beta1`, `epsilon`. */
    readonly config: Readonly<Record<string, number>>;
  };
}

/** One layer of a model. */
export interface LayerFacts {
  /** Names from the model down to the layer, joined by `/`. */
  readonly path: string;
  /** As tfjs spells it, e.g. `Dense`. */
  readonly className: string;
  /** Length of the longest way from an input; the first computing layers have depth 0. */
  readonly depth: number;
  /** Paths of the layers whose outputs this one reads; empty for the first layers. */
  readonly inbound: readonly string[];
  /** Name of its activation, where it has one. */
  readonly activation?: string;
  /** A recurrent layer that this library computes, without the defects of tfjs's own of the same class. */
  readonly fused?: boolean;
  /** Initialiser of each weight, e.g. `{ kernel: 'VarianceScaling(2, fanIn, normal)' }`. */
  readonly initializers?: Readonly<Record<string, string>>;
  /** Regulariser of each weight that has one, e.g. `{ kernel: 'L1L2(0, 0.01)' }`: the factors of L1 and of L2. */
  readonly regularizers?: Readonly<Record<string, string>>;
  /** Constraint of each weight that has one, e.g. `{ kernel: 'MaxNorm(2, 0)' }`. */
  readonly constraints?: Readonly<Record<string, string>>;
  /** Numbers and switches of its configuration, e.g. `{ rate: 0.5, trainable: true }`. */
  readonly config?: Readonly<Record<string, number | boolean>>;
  /** Shape of each weight, e.g. `{ kernel: [784, 128], bias: [128] }`; absent without weights, or before they are made. */
  readonly weights?: Readonly<Record<string, readonly number[]>>;
  /** Set where nothing in it is to be trained: `trainable` is `false`, of it or of a model that holds it. */
  readonly frozen?: boolean;
  /** Whether the model returns this layer's output. */
  readonly isOutput: boolean;
}

/** What is known of the backend; the optional facts need a probe. */
export interface BackendFacts {
  /** As tfjs registers it: `cpu`, `wasm`, `webgl`, `webgpu`, `tensorflow`. */
  readonly name: string;
  /** The epsilon that tfjs takes on this backend where the user gives none. */
  readonly epsilon: number;
  /** Bits of the floats it computes with, as measured: tfjs's own figure is wrong on WebGL. */
  readonly floatPrecision?: 16 | 32;
  /** The smallest power of two that it keeps with all digits: 2^-14 of 16-bit floats, 2^-126 of 32-bit ones. */
  readonly smallestNormal?: number;
  /** The epsilon that an optimizer should be given here: 1e-7 with 32-bit floats, more with less. */
  readonly recommendedEpsilon?: number;
  /**
   * Gradients that it lacks, by the names of tfjs: `Conv2DBackpropFilter` for convolutions of one and two dimensions,
   * `DepthwiseConv2dNativeBackpropFilter` for depthwise and separable ones, `UnsortedSegmentSum` for embeddings and so on.
   * Layers that need one of them cannot be trained here.
   */
  readonly missingKernels?: readonly string[];
  /**
   * Gradients that are wrong or fail here, by the names of tfjs; behind some of them, in brackets, the only case in which
   * they are: `AvgPoolGrad (padding same)`.
   */
  readonly wrongKernels?: readonly string[];
}

/**
 * Statistics of the training data: of the first batches, all together, unless it says otherwise; and on cpu and wasm of the first
 * ones whose steps were not finite.
 */
export interface DataFacts {
  /** Of the model's input; of the first where it has several. */
  readonly input: TensorStats;
  /** Of the targets; of the first where there are several. */
  readonly target?: TensorStats;
  /** Of the targets of some later batches, all together, looked at anew twice in every doubling of the steps. */
  readonly recentTarget?: TensorStats;
  /** Samples in the largest of these batches. */
  readonly batchSize?: number;
}

/** Everything measured at one optimizer step. */
export interface StepRecord {
  /** Number of the step since watching began, from 0. */
  readonly step: number;
  /** When the step was taken, in milliseconds since the Unix epoch. */
  readonly wallTimeMs: number;
  /** The loss that was differentiated, regularisation included; `null` where the optimizer never saw it. */
  readonly loss: number | null;
  /** Of the optimizer, or `null` where it has none. */
  readonly learningRate: number | null;
  /**
   * L2 norm over all raw gradients, before any clip. `NaN` when any element is NaN, else `Infinity` when any is
   * infinite: the number an optimizer would have met.
   */
  readonly globalNorm: number;
  /** What the clip strategy did, where there is one. */
  readonly clip?: ClipRecord;
  /** Of a step whose loss was scaled. All other numbers of a record are unscaled. */
  readonly lossScale?: LossScaleRecord;
  /**
   * Set where weights that the loss depends on and this optimizer does not train had changed since the record before, as those of
   * a GAN's discriminator do: the loss is of another function then. They are weights of the model, and variables that the loss
   * was seen to read at steps that come twice in every doubling.
   */
  readonly movedElsewhere?: boolean;
  /** By `layer path/weight name`. */
  readonly variables: Readonly<Record<string, VariableRecord>>;
  /** By layer path: outputs and their gradients, where activations are watched. */
  readonly layers?: Readonly<Record<string, LayerRecord>>;
  /** By layer path: the gradient through time of recurrent layers, where it is watched. */
  readonly throughTime?: Readonly<Record<string, ThroughTimeRecord>>;
  /** Share of the training time that watching has taken so far, as the monitor measured it, from 0 to 1. */
  readonly watchShare?: number;
}

/** What a clip strategy did in one step. */
export interface ClipRecord {
  /** Of the strategy. */
  readonly name: string;
  /** Global L2 norm of what the strategy handed on. */
  readonly normAfter: number;
  /** `normAfter` over the norm before: what a step was multiplied by, where the direction stayed; `NaN` for 0 / 0. */
  readonly scale?: number;
  /** Whether any element was changed. */
  readonly fired: boolean;
  /** Whether the step was taken; `false` when the strategy rejected it. */
  readonly accepted: boolean;
  /** Cosine between the raw and the clipped gradient; 1 keeps the direction, `NaN` where either is zero or not finite. */
  readonly cosine: number;
  /**
   * By layer path, where any element was changed: the layer's share of the squared norm that was taken away. Adds up to 1.
   */
  readonly shares?: Readonly<Record<string, number>>;
}

/** How the loss was scaled in one step. */
export interface LossScaleRecord {
  /** What the loss was multiplied by. */
  readonly scale: number;
  /** Whether all scaled gradients were finite; `false` for an overflow, after which the step was rejected. */
  readonly fits: boolean;
}

/** One trainable weight in one step. */
export interface VariableRecord {
  /** Raw gradient, before any clip; `null` when none reached this weight. */
  readonly gradient: TensorStats | null;
  /** L2 norm of the weight before the update. */
  readonly weightNorm: number;
  /** L2 norm of the change that the optimizer made. */
  readonly updateNorm: number;
  /** `updateNorm / weightNorm`; 0 when both are 0, `Infinity` when a zero weight was changed. */
  readonly updateRatio: number;
  /** L2 norm of the part of `gradient` that pulls for the weight's regulariser: `l1 · sign(w) + 2 · l2 · w`. */
  readonly penaltyNorm?: number;
  /** The weight itself before the update, with its histogram; only where `watch` was asked for `weights`. */
  readonly weight?: TensorStats;
}

/** One layer's output in one step. */
export interface LayerRecord {
  /** What the layer returned. */
  readonly output: TensorStats;
  /** Gradient of the loss with respect to it; `null` when none reached it. */
  readonly outputGradient: TensorStats | null;
  /** Share of units that were 0 for every sample, from 0 to 1; ReLU family only. */
  readonly deadShare?: number;
  /** Share of outputs where the slope is nearly 0, from 0 to 1; bounded activations only. */
  readonly saturatedShare?: number;
  /**
   * L2 distance of what the layer would have returned in `predict` from what it returned, over the norm of the latter; batch
   * normalisation only, whose averages `predict` takes in the place of the batch's.
   */
  readonly inferenceGap?: number;
}

/** The gradient through time of one recurrent layer in one step, index 0 being the first time step. */
export interface ThroughTimeRecord {
  /** L2 norm of dL/dh_t. */
  readonly hiddenGradientNorms: readonly number[];
  /** L2 norm of dL/dc_t, for cells that have a memory. */
  readonly cellGradientNorms?: readonly number[];
  /** By gate name, where layers were tapped. */
  readonly gates?: Readonly<Record<string, GateRecord>>;
}

/** One gate of a recurrent layer in one step. */
export interface GateRecord {
  /** Mean opening over batch, units and time, from 0 (closed) to 1 (open). */
  readonly mean: number;
  /** Share of openings where the gate's slope is nearly 0, from 0 to 1. */
  readonly saturatedShare: number;
}

/**
 * Statistics of a tensor. `norm`, `mean`, `std`, `absMean`, `min` and `max` describe its finite elements; NaN and
 * infinite ones are counted beside them. Without a finite element, `norm` and `absMean` are 0, `mean` and `std` 0,
 * `min` is `Infinity` and `max` `-Infinity`.
 */
export interface TensorStats {
  /** Number of elements. */
  readonly size: number;
  /** L2 norm, summed in float64. */
  readonly norm: number;
  /** Arithmetic mean. */
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  /** Mean of the absolute values. */
  readonly absMean: number;
  /** Smallest element. */
  readonly min: number;
  /** Largest element. */
  readonly max: number;
  /** Elements equal to 0, of either sign. */
  readonly zeros: number;
  /** Elements that are NaN, of any payload. */
  readonly nans: number;
  /** Elements that are infinite, of either sign. */
  readonly infs: number;
  /** Where it was collected. */
  readonly histogram?: Histogram;
}

/**
 * Counts over fixed bins with exact edges: an element's bin is the top 10 bits of its float32 (sign, exponent, one
 * mantissa bit). It holds the finite, non-zero elements only, so that `merge` is adding counts.
 */
export interface Histogram {
  /** Non-empty bins in ascending order of index, which is not the order of value: see `stats.binEdges`. */
  readonly bins: readonly (readonly [index: number, count: number])[];
}
