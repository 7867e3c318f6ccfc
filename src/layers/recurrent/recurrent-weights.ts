import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';

/** Weights of `torch.nn.LSTM` or `torch.nn.GRU`, of one layer and direction; gates in the order i f g o, r z n. */
export interface PytorchWeights {
  /** Whose layout this is. */
  readonly from: 'pytorch';
  /** `weight_ih_l0` [gates x units, inputs]. */
  readonly weightIh: Tensor | TensorLike;
  /** `weight_hh_l0` [gates x units, units]. */
  readonly weightHh: Tensor | TensorLike;
  /**
   * `bias_ih_l0` [gates x units].
   *
   * @default zeros
   */
  readonly biasIh?: Tensor | TensorLike;
  /**
   * `bias_hh_l0` [gates x units].
   *
   * @default zeros
   */
  readonly biasHh?: Tensor | TensorLike;
}

/** What `get_weights()` of a Keras 2 or Keras 3 layer returns; gates in the order i f g o, z r n. */
export interface KerasWeights {
  /** Whose layout this is. */
  readonly from: 'keras';
  /** [inputs, gates x units]. */
  readonly kernel: Tensor | TensorLike;
  /** [units, gates x units]. */
  readonly recurrentKernel: Tensor | TensorLike;
  /**
   * [gates x units], or [2, gates x units] of a GRU with `reset_after`.
   *
   * @default zeros
   */
  readonly bias?: Tensor | TensorLike;
}

/** Inputs of the ONNX operators `LSTM` and `GRU`; gates in the order i o f g, z r n. */
export interface OnnxWeights {
  /** Whose layout this is. */
  readonly from: 'onnx';
  /** `W` [directions, gates x units, inputs]. */
  readonly w: Tensor | TensorLike;
  /** `R` [directions, gates x units, units]. */
  readonly r: Tensor | TensorLike;
  /**
   * `B` [directions, 2 x gates x units].
   *
   * @default zeros
   */
  readonly b?: Tensor | TensorLike;
  /**
   * Which of the directions; 1 is backwards.
   *
   * @default 0
   */
  readonly direction?: 0 | 1;
  /**
   * The operator's attribute `linear_before_reset`, for a GRU: it must be the layer's `resetAfter`.
   *
   * @default that of the layer
   */
  readonly linearBeforeReset?: boolean;
}
