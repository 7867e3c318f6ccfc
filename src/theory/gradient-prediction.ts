/** Options of `predictGradients`. */
export interface PredictGradientsOptions {
  /**
   * Mean of the squared inputs: `norm ** 2 / size` of `run.data.input`. Positive; 1 for standardised data.
   *
   * @default 1
   */
  readonly inputMeanSquare?: number;
  /**
   * Factor by which a signal or gradient has to shrink or grow to count as broken; above 1. A heuristic.
   *
   * @default 1000
   */
  readonly limit?: number;
}

/** What is expected of one layer, for one example and averaged over draws of the weights. */
export interface LayerPrediction {
  /** Of the layer, as in {@link ModelFacts}. */
  readonly path: string;
  /** L2 norm of its output; `null` where it cannot be predicted. */
  readonly outputNorm: number | null;
  /**
   * L2 norm of the gradient with respect to its output, as a multiple of the gradient at what the model's last activation
   * reads; that gradient itself for the last layer, which is 1. `null` where it cannot be predicted.
   */
  readonly gradientNorm: number | null;
  /** Frobenius norm of the gradient of its kernel, in the same unit; `null` also for layers without one. */
  readonly kernelGradientNorm: number | null;
}

/** Where a signal or a gradient is lost. */
export interface Breakdown {
  /** The first layer, as the signal or gradient goes, at which it is. */
  readonly path: string;
  /** Layers that it has come through there, that one included. */
  readonly depth: number;
  /** Whether it has become too small or too large. */
  readonly kind: 'vanishes' | 'explodes';
}

/** What `predictGradients` expects of a model. */
export interface GradientPrediction {
  /** Every layer of the model, in its order. */
  readonly layers: readonly LayerPrediction[];
  /** Where the root mean square of the outputs has left that of the input by more than the limit; `null` where nowhere. */
  readonly signal: Breakdown | null;
  /** Where, coming from the output, the norm of the gradient has changed by more than the limit; `null` where nowhere. */
  readonly gradient: Breakdown | null;
  /** Layers at which the prediction stops, and why; empty where all was predicted. */
  readonly unpredicted: readonly {
    /** Of the layer. */
    readonly path: string;
    /** In plain words. */
    readonly reason: string;
  }[];
}
