import { rowOf, type SequenceShape } from './sequence-plan.js';

/** What a sequence is computed from; arrays as tfjs has them, batch first. */
export interface SequenceInputs {
  /** [batch, time, inputs]. */
  readonly x: Float32Array;
  /** [inputs, gates x units]. */
  readonly kernel: Float32Array;
  /** [units, gates x units]. */
  readonly recurrentKernel: Float32Array;
  /** [gates x units]; of a GRU with the reset after the product [2, gates x units]. */
  readonly bias: Float32Array | undefined;
  /** Initial states [batch, units]; zeros where missing. */
  readonly hidden: Float32Array | undefined;
  readonly cell: Float32Array | undefined;
  /** [batch, time], 0 where a step is not taken. */
  readonly mask: Float32Array | undefined;
  /** [batch, units]: factors on the state wherever the recurrent kernel multiplies it. */
  readonly keep: Float32Array | undefined;
}

/** What a sequence comes to; filled where there is an array for it. Time steps count in the order of computation. */
export interface SequenceOutputs {
  /** The hidden states [batch, time, units]. */
  readonly sequence?: Float32Array | undefined;
  /** The last states [batch, units]. */
  readonly hidden?: Float32Array | undefined;
  readonly cell?: Float32Array | undefined;
  /** Activated gates as they lie in the heap: all that the backward pass needs, for the states follow from them. */
  readonly gates?: Float32Array | undefined;
}

/** How many floats the gates take. */
export function gatesSize(shape: SequenceShape): number {
  return shape.time * shape.batch * rowOf(shape).row;
}

/** Limits on the gradient that a step hands to the step before it. */
export interface RecurrentLimits {
  /** Elements of dL/dh and dL/dc are cut to [-clipValue, clipValue]. */
  readonly clipValue?: number | undefined;
  /** Norm of dL/dh and dL/dc of a sample together is scaled down to this. */
  readonly clipNorm?: number | undefined;
  /** Nothing passes between every so many steps. */
  readonly truncateAfter?: number | undefined;
}

/** dL/d output; zeros where missing. */
export interface OutputGradients {
  /** [batch, time, units]. */
  readonly sequence: Float32Array | undefined;
  /** [batch, units]. */
  readonly hidden: Float32Array | undefined;
  readonly cell: Float32Array | undefined;
}

/** Gradients, copied out of the heap when asked for. */
export interface SequenceGradients {
  into(name: GradientName, output: Float32Array): void;
}

export type GradientName = 'x' | 'kernel' | 'recurrentKernel' | 'bias' | 'hidden' | 'cell';
