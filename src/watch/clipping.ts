import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ClipStrategy, ClipVariable } from '../clip/strategy.js';
import { assertKnownOptions } from '../record/known-options.js';
import { assertStrategy } from './assert-strategy.js';
import { createClipper } from './clipper.js';
import { existingHook, hookOf, isOptimizer, releaseHook } from './hook.js';
import { describeWeights, layersOf } from './model.js';

/** Options of {@link withClipping}. */
export interface WithClippingOptions {
  /**
   * The model that the optimizer trains; strategies that clip by unit or leave out the output layer need it.
   *
   * @default none
   */
  readonly model?: LayersModel;
}

/**
 * Clips what an optimizer is given, and nothing more: no records, no rules.
 *
 * Returns the same instance, hooked, so it can stand inside `model.compile`. Under a `watch` of the model or optimizer the
 * records tell the raw gradient and what the strategy made of it, whichever of the two came first. A step that the strategy
 * rejects leaves the weights as they are.
 *
 * @param optimizer - To be hooked.
 * @param strategy - What to do with the gradients.
 * @param options - The model, for strategies that need it.
 * @throws TypeError when `optimizer` is no optimizer or `strategy` no strategy.
 * @throws Error when the optimizer clips already.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { clipByGlobalNorm, withClipping } from 'gradient-health';
 *
 * const weight = tf.variable(tf.tensor1d([0, 0]));
 * const optimizer = withClipping(tf.train.sgd(1), clipByGlobalNorm(1));
 * optimizer.minimize(() => tf.sum(tf.mul(weight, tf.tensor1d([-3, -4]))));
 * console.log(Array.from(weight.dataSync(), (value) => value.toFixed(2)));
 * // [ '0.60', '0.80' ]
 * ```
 */
export function withClipping<T extends Optimizer>(
  optimizer: T,
  strategy: ClipStrategy,
  options: WithClippingOptions = {},
): T {
  assertKnownOptions('withClipping', options, ['model']);
  const { model } = options;
  if (!isOptimizer(optimizer)) throw notAnOptimizer('withClipping', optimizer);
  assertStrategy('withClipping: strategy', strategy);
  attachClipper(optimizer, strategy, () => (model ? describeWeights(layersOf(model)) : {}));
  return optimizer;
}

/**
 * Undoes {@link withClipping}: the optimizer gets the raw gradients again. Does nothing where it does not clip.
 *
 * @param optimizer - To be given its own methods back.
 * @throws TypeError when it is no optimizer.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { clipByValue, stopClipping, withClipping } from 'gradient-health';
 *
 * const optimizer = withClipping(tf.train.sgd(1), clipByValue(1));
 * stopClipping(optimizer);
 * console.log(Object.hasOwn(optimizer, 'applyGradients'));
 * // false
 * ```
 */
export function stopClipping(optimizer: Optimizer): void {
  if (!isOptimizer(optimizer)) throw notAnOptimizer('stopClipping', optimizer);
  const hook = existingHook(optimizer);
  hook?.clipper?.dispose();
  if (hook) hook.clipper = undefined;
  releaseHook(optimizer);
}

/** Puts a strategy on the hook of an optimizer. */
export function attachClipper(
  optimizer: Optimizer,
  strategy: ClipStrategy,
  describe: () => Record<string, ClipVariable>,
): void {
  const hook = hookOf(optimizer);
  if (hook.clipper) {
    throw new Error(
      `withClipping: the optimizer already clips with ${hook.clipper.strategy.name}; use chain(...) for several strategies, or stopClipping(optimizer) first`,
    );
  }
  let variables: Record<string, ClipVariable> | undefined;
  hook.clipper = createClipper(strategy, () => {
    variables ??= describe();
    return variables;
  });
}

/** Takes a strategy off again, if it is still the one on the hook. */
export function detachClipper(optimizer: Optimizer, strategy: ClipStrategy): void {
  if (existingHook(optimizer)?.clipper?.strategy === strategy) stopClipping(optimizer);
}

const notAnOptimizer = (name: string, got: unknown): TypeError =>
  new TypeError(
    `${name}: optimizer must be an Optimizer of tfjs such as tf.train.adam(), got ${got === null ? 'null' : typeof got}`,
  );
