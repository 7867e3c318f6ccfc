import * as tf from '@tensorflow/tfjs-core';
import type { ClipContext, ClipResult, ClipStrategy } from '../../src/clip/strategy.js';

/** Elements of each tensor, by name; a number stands for a scalar. */
export type Values = Readonly<Record<string, tf.TensorLike>>;

/** The result of one step, read back. */
export interface Step {
  readonly gradients: Record<string, number[]>;
  readonly accept: number;
  readonly state: tf.NamedTensorMap;
}

export const toTensors = (values: Values): tf.NamedTensorMap =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, tf.tensor(value, undefined, 'float32')]),
  );

export const toValues = (tensors: tf.NamedTensorMap): Record<string, number[]> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, [...tensor.dataSync()]]));

export function contextOf(gradients: tf.NamedTensorMap, context: Partial<ClipContext> = {}): ClipContext {
  return { weights: gradients, state: {}, step: 0, variables: {}, ...context };
}

/** Runs a strategy on a sequence of gradients, keeping its state in between as the hook does; returns every step. */
export function steps(
  strategy: ClipStrategy,
  sequence: readonly Values[],
  context: Partial<ClipContext> = {},
): Step[] {
  const first = toTensors(sequence[0] ?? {});
  const weights = context.weights ?? first;
  let state = context.state ?? strategy.initialState?.(weights) ?? {};
  return sequence.map((values, step) => {
    const gradients = toTensors(values);
    const result: ClipResult = strategy.apply(gradients, contextOf(weights, { step, ...context, state }));
    state = result.state ?? state;
    return { gradients: toValues(result.gradients), accept: result.accept?.dataSync()[0] ?? 1, state };
  });
}

/** One step from the initial state. */
export function step(strategy: ClipStrategy, values: Values, context: Partial<ClipContext> = {}): Step {
  const [only] = steps(strategy, [values], context);
  if (!only) throw new Error('no step');
  return only;
}
