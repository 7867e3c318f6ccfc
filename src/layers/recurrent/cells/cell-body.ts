import type { serialization, Tensor } from '@tensorflow/tfjs-core';

/** What a cell is, once its options are known. Names of gates, states and weights are free. */
export interface CellBody<Gate extends string, State extends string, Weight extends string> {
  /** Whatever the kernels compute for each unit, side by side in this order: gates, and candidates for the state. */
  readonly gates: readonly Gate[];
  /** What a time step hands to the next, each [batch, units]; the first is the output too, and goes into the products. */
  readonly states: readonly State[];
  /**
   * Whether there is a recurrent kernel, so that gates hear the first state.
   *
   * @default true
   */
  readonly hearsState?: boolean;
  /**
   * Whether the product with the state has a bias of its own; the bias is then [2, gates x units].
   *
   * @default false
   */
  readonly recurrentBias?: boolean;
  /**
   * What biases start at, by gate, instead of by `biasInitializer`.
   *
   * @default {}
   */
  readonly biases?: Readonly<Partial<Record<Gate, number>>>;
  /**
   * Further weights.
   *
   * @default {}
   */
  readonly weights?: Readonly<Record<Weight, CellWeight>>;
  /**
   * The options of this kind of cell, as saved.
   *
   * @default {}
   */
  readonly config?: serialization.ConfigDict;
  /** Class of tfjs or Keras that computes the same, as which the cell is saved unless it drops what only ours can. */
  readonly savedAs?: string;
  /** Changes a product with one of the kernels [batch, gates x units] before the bias is added. */
  product?(product: Tensor, of: 'input' | 'recurrent', weights: Readonly<Record<Weight, Tensor>>): Tensor;
  /** Takes one time step, in a `tidy`. Functional operations of tfjs, which derives the gradient. */
  update(step: CellStep<Gate, State, Weight>): Readonly<Record<State, Tensor>>;
}

/** A weight beside kernels and bias. */
export interface CellWeight {
  /** Of a vector: one element for each unit, or for each of each gate. */
  readonly size: 'units' | 'gates x units';
  /** What it starts at. */
  readonly value: number;
}

/** What a cell sees at a time step. Tensors are [batch, units], weights [units], computed when asked for. */
export interface CellStep<Gate extends string, State extends string, Weight extends string> {
  /** x W + h' U + b of each gate, its pre-activation. */
  readonly sum: Readonly<Record<Gate, Tensor>>;
  /** x W + b alone. */
  readonly input: Readonly<Record<Gate, Tensor>>;
  /** h' U alone, with its bias where it has one. */
  readonly recurrent: Readonly<Record<Gate, Tensor>>;
  /** States of the time step before. */
  readonly before: Readonly<Record<State, Tensor>>;
  /** Further weights. */
  readonly weights: Readonly<Record<Weight, Tensor>>;
  /** The activation of gates: a sigmoid by default. */
  open(x: Tensor): Tensor;
  /** The activation of candidate and memory: tanh by default. */
  activate(x: Tensor): Tensor;
  /** `candidateDropout`: to be called on what is about to be written into the state. */
  drop(x: Tensor): Tensor;
  /** The product of anything [batch, units] with the recurrent kernel of one gate. */
  hear(gate: Gate, x: Tensor): Tensor;
}
