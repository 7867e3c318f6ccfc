import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { fullNorm } from '../record/full-norm.js';
import { assertKnownOptions } from '../record/known-options.js';
import { preflight } from '../treat/preflight.js';

/** Options of {@link gradientProfile}. */
export interface GradientProfileOptions {
  /** Inputs, a tensor for each input of the model; not disposed. */
  readonly x: Tensor | readonly Tensor[];
  /** Targets likewise. */
  readonly y: Tensor | readonly Tensor[];
  /**
   * Samples to look at, spread evenly over the data.
   *
   * @default 32
   */
  readonly batchSize?: number;
  /**
   * Digits kept behind the point of each log10. One tells a change by a quarter, and hides what differs between backends.
   *
   * @default 1
   */
  readonly digits?: number;
}

/** log10 of a norm, or a word where it has none: no gradient reached the weight, it is 0 or not finite. */
export type LogNorm = number | 'none' | 'zero' | 'NaN' | 'Infinity';

/** The gradients of a model at one batch: plain data, for a snapshot. */
export interface GradientProfile {
  /** The loss, to three digits; a word where it is not finite, `null` where the model was not told it. */
  readonly loss: number | 'NaN' | 'Infinity' | '-Infinity' | null;
  /** log10 of the L2 norm of each weight's gradient, by `layer path/weight name`, rounded. */
  readonly gradients: Readonly<Record<string, LogNorm>>;
  /** What `preflight` finds, as `rule at place`. */
  readonly findings: readonly string[];
}

/**
 * Profiles the gradients of a compiled model at one batch, as a value for `toMatchSnapshot` that is the same at every run and
 * tells by its difference, weight by weight, what a commit has done to the gradients.
 *
 * It is as deterministic as the model: weights need seeds or fixed values, and so does dropout. Nothing is trained or changed.
 *
 * Cost: that of `preflight`, one step on `batchSize` samples.
 *
 * @param model - Compiled, and not watched.
 * @param options - The data, and how finely to round.
 * @throws TypeError when the model is not compiled or the data are no tensors.
 * @throws RangeError when x and y differ in length, `batchSize` is no positive integer, or `digits` no integer from 0 to 6.
 * @throws Error when the model cannot take a step on this backend, or is watched already.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { gradientProfile } from 'gradient-health/testing';
 *
 * const model = tfl.sequential({
 *   layers: [
 *     tfl.layers.dense({ name: 'hidden', units: 2, inputShape: [1], kernelInitializer: 'ones', activation: 'relu' }),
 *     tfl.layers.dense({ name: 'output', units: 1, kernelInitializer: 'ones' }),
 *   ],
 * });
 * model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
 * const { loss, gradients } = await gradientProfile(model, { x: tf.ones([4, 1]), y: tf.zeros([4, 1]) });
 * console.log(loss); // 4
 * console.log(gradients);
 * // {
 * //   'hidden/kernel': 0.8,
 * //   'hidden/bias': 0.8,
 * //   'output/kernel': 0.8,
 * //   'output/bias': 0.6
 * // }
 * ```
 */
export async function gradientProfile(
  model: LayersModel,
  options: GradientProfileOptions,
): Promise<GradientProfile> {
  assertKnownOptions('gradientProfile', options, ['x', 'y', 'batchSize', 'digits']);
  const { x, y, batchSize = 32, digits = 1 } = options;
  if (!(Number.isInteger(digits) && digits >= 0 && digits <= 6)) {
    throw new RangeError(`gradientProfile: digits must be an integer from 0 to 6, got ${digits}`);
  }
  const { run, findings, verdict } = await preflight(model, x, y, { batchSize });
  const [record] = run.steps;
  if (record === undefined) throw new Error(`gradientProfile: ${verdict}`);
  const logs = Object.entries(record.variables).map(
    ([key, { gradient }]) => [key, logOf(gradient === null ? null : fullNorm(gradient), digits)] as const,
  );
  return {
    loss: record.loss === null ? null : plain(Number(record.loss.toPrecision(3))),
    gradients: Object.fromEntries(logs),
    findings: findings.map(({ rule, where }) => `${rule} at ${where}`),
  };
}

function logOf(norm: number | null, digits: number): LogNorm {
  if (norm === null) return 'none';
  if (norm === 0) return 'zero';
  if (Number.isNaN(norm)) return 'NaN';
  if (norm === Number.POSITIVE_INFINITY) return 'Infinity';
  // Without a -0, which a snapshot would tell from 0.
  return Number(Math.log10(norm).toFixed(digits)) + 0;
}

function plain(value: number): Exclude<GradientProfile['loss'], null> {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return value;
  return value > 0 ? 'Infinity' : '-Infinity';
}
