import type { NamedTensorMap, Scalar } from '@tensorflow/tfjs-core';
import type { WeightKind } from '../layout/kind.js';

/**
 * A transformation of the gradients inside the training step, between backward pass and optimizer.
 *
 * The contract, tested for every strategy of this library:
 * - **In-graph.** `apply` composes tensor operations: no read-back, no branch on a tensor's value. It runs inside a `tidy`.
 * - **Owns nothing.** It returns new tensors (or the given ones unchanged) and disposes none.
 * - **Memory is state.** Numbers that outlive the step are tensors in `state`, kept by the hook, so that every backend
 *   computes the same and a run can be saved and continued.
 * - **Finite first.** What happens to NaN and infinite gradients is decided before any arithmetic and is documented. A step
 *   that is rejected for them leaves no trace in `state` but in counters of rejected steps.
 */
export interface ClipStrategy {
  /** As it appears in records, e.g. `clipByGlobalNorm(1)`. */
  readonly name: string;
  /**
   * The state before the first step, asked for once.
   *
   * @param weights - The trainable weights, by variable name.
   */
  initialState?(weights: NamedTensorMap): NamedTensorMap;
  /**
   * Transforms the gradients of one step.
   *
   * @param gradients - By variable name; weights that no gradient reached are absent. May be empty.
   * @param context - The weights and the strategy's memory.
   */
  apply(gradients: NamedTensorMap, context: ClipContext): ClipResult;
}

/** What a strategy may look at beside the gradients. */
export interface ClipContext {
  /** Values of the weights before the update, by variable name. */
  readonly weights: NamedTensorMap;
  /** What the previous `apply` returned as state, or the initial state; empty for strategies without memory. */
  readonly state: NamedTensorMap;
  /** Steps taken before this one. */
  readonly step: number;
  /** What the weights are, by variable name; empty when the model is not known. */
  readonly variables: Readonly<Record<string, ClipVariable>>;
}

/** What a weight is. */
export interface ClipVariable {
  /** What its axes mean. */
  readonly kind: WeightKind;
  /** Axes to reduce over for the norm of one unit: all but the output axes. */
  readonly unitAxes: readonly number[];
  /** Whether it belongs to an output layer. */
  readonly isOutput: boolean;
}

/** What a strategy hands on. */
export interface ClipResult {
  /** The same keys, shapes and dtypes as it was given. */
  readonly gradients: NamedTensorMap;
  /**
   * The whole new memory, by the same names; tensors of it may be those of `context.state`. Absent where nothing changed.
   */
  readonly state?: NamedTensorMap;
  /** 1 to take the step, 0 to reject it, as float32; absent means 1. The gradients of a rejected step are zeros. */
  readonly accept?: Scalar;
}
