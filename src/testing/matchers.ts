import { type HealthyGradientsOptions, haveHealthyGradients } from './healthy-gradients.js';
import { type LeakOptions, leakNothing } from './leak-nothing.js';
import type { MatcherResult } from './matcher-result.js';

/** What `expect(value)` can do after `expect.extend(gradientHealthMatchers)`. */
export interface GradientHealthAssertions {
  /**
   * Asserts that `preflight` finds no trouble in this compiled model, and on request neither does a short training of a copy.
   * To be awaited.
   *
   * @param options - The data, and how far to look.
   */
  toHaveHealthyGradients(options: HealthyGradientsOptions): Promise<void>;
  /**
   * Asserts that this function, run again and again, leaves no tensor and no byte behind. To be awaited.
   *
   * @param options - How often to run it.
   */
  toLeakNothing(options?: LeakOptions): Promise<void>;
}

declare global {
  // Both `@types/jest` and vitest take what is added here; neither needs to be installed.
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the parameters must be those of the declaration that is extended
    interface Matchers<R, T = {}> extends GradientHealthAssertions {}
  }
}

/**
 * Matchers for `expect.extend` of vitest and jest, typed for both: `toHaveHealthyGradients` and `toLeakNothing`.
 *
 * Both are asynchronous. A failure tells each finding in one sentence, with the numbers behind it and what to do about it. With
 * `expect` imported from `@jest/globals`, its types take one line more:
 * `declare module 'expect' { interface Matchers<R> extends GradientHealthAssertions {} }`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { initializers } from 'gradient-health';
 * import { gradientHealthMatchers } from 'gradient-health/testing';
 * import { expect } from 'vitest'; // in jest it is there already
 *
 * expect.extend(gradientHealthMatchers);
 *
 * const model = tfl.sequential();
 * for (let depth = 0; depth < 4; depth++) {
 *   const kernelInitializer = initializers.heNormal({ seed: depth });
 *   model.add(tfl.layers.dense({ units: 16, activation: 'relu', kernelInitializer, ...(depth === 0 && { inputShape: [4] }) }));
 * }
 * const kernelInitializer = initializers.xavierNormal({ seed: 9 });
 * model.add(tfl.layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer }));
 * model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy' });
 * const x = tf.randomNormal([64, 4], 0, 1, 'float32', 1);
 * const y = tf.cast(tf.greater(tf.sum(x, 1, true), 0), 'float32');
 *
 * await expect(model).toHaveHealthyGradients({ x, y });
 * await expect(() => model.trainOnBatch(x, y)).toLeakNothing();
 * ```
 */
export const gradientHealthMatchers: {
  /**
   * See {@link GradientHealthAssertions}.
   *
   * @param received - A compiled model that is not watched; neither its weights nor its optimizer are changed.
   * @throws TypeError where it is no compiled model or the data are no tensors.
   * @throws RangeError for data or options that do not fit.
   */
  readonly toHaveHealthyGradients: (
    received: unknown,
    options: HealthyGradientsOptions,
  ) => Promise<MatcherResult>;
  /**
   * See {@link GradientHealthAssertions}.
   *
   * @param received - A function without arguments, asynchronous or not.
   * @throws TypeError where it is no function. What the function throws is passed on.
   * @throws RangeError for options that do not fit.
   */
  readonly toLeakNothing: (received: unknown, options?: LeakOptions) => Promise<MatcherResult>;
} = { toHaveHealthyGradients: haveHealthyGradients, toLeakNothing: leakNothing };
