import { engine, Tensor, tidy, util, Variable } from '@tensorflow/tfjs-core';
import { assertKnownOptions } from '../record/known-options.js';
import { compareElement } from './compare-element.js';
import { type ScalarFunction, scalarOf, valuesAt } from './evaluation.js';
import { movedBy, NOISE_MOVES, NOISE_POINTS, noiseOf } from './evaluation-noise.js';
import {
  type ElementCheck,
  type GradientCheck,
  type InputCheck,
  messageOf,
  summarizeInput,
  worstOf,
} from './gradient-check.js';

/** Options of {@link checkGradients}. */
export interface CheckGradientsOptions {
  /**
   * Largest relative error that passes, in (0, 1). Errors that finite differences cannot see are allowed on top.
   * @default 0.01
   */
  readonly tolerance?: number;
  /**
   * First step of the differences, relative to max(1, |x|). Elements that disagree are tried again with 4 times to
   * 1/256 of it.
   * @default the fifth root of the measured relative noise of `f`, within [0.01, 0.25]: about 0.04 in float32
   */
  readonly step?: number;
  /**
   * Most elements to check of each input, a positive integer. A larger input is sampled evenly over its length, and the
   * result says so.
   * @default 100
   */
  readonly maxElements?: number;
  /**
   * Which elements are sampled, an integer.
   * @default 0
   */
  readonly seed?: number;
}

const GOLDEN_RATIO = 0.618_033_988_749_894_9;

/**
 * Compares the gradient that tfjs computes for `f` with central differences, element by element.
 *
 * For each element x: D(h) = (f(x+h) - f(x-h)) / 2h, extrapolated once, (4 D(h/2) - D(h)) / 3, and compared by
 * |analytic - numeric| / max(|analytic|, |numeric|). The rounding noise of `f` is measured first (fourth differences over
 * nine tiny moves), so that steps and slack suit the precision of the backend. Elements that disagree are measured again over
 * eleven steps. Where left and right derivative differ at every scale, as for relu at 0, the element counts as a kink and passes
 * with any value between the two. An input that no gradient reaches is compared as 0. A NaN or infinite analytic gradient is
 * wrong.
 *
 * Costs 4 evaluations of `f` for each checked element, 26 for doubtful ones. Disposes nothing it was given and leaks
 * nothing. Variables are moved in place, because a model reads its weights and not the arguments of `f`, and are bit for bit what
 * they were whenever control returns to the caller.
 *
 * Source: Richardson extrapolation; noise after Moré and Wild, SIAM J. Sci. Comput. 33 (2011); the comparison is heuristic.
 *
 * @param f - From the inputs to a float32 scalar; the same inputs must give the same value.
 * @param inputs - Float32 tensors or variables at which to differentiate.
 * @throws TypeError when `f` is no function or returns no tensor, or an input is not a float32 tensor.
 * @throws RangeError for no inputs, a non-scalar, non-finite or changing value of `f`, or options out of range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-layers'; // registers the gradients
 * import { checkGradients } from 'gradient-health';
 *
 * const badSquare = tf.customGrad((x) => ({
 *   value: tf.square(x as tf.Tensor),
 *   gradFunc: (dy) => tf.mul(dy, x as tf.Tensor), // forgot the 2
 * }));
 * const check = await checkGradients((x) => tf.sum(badSquare(x)), [tf.tensor1d([3])]);
 * console.log(check.ok, check.message);
 * // false The gradient of inputs[0] at [0] is wrong: tfjs computes 3, finite differences measure 6; 1 of 1 checked elements are off by more than 0.01.
 * ```
 */
export async function checkGradients(
  f: ScalarFunction,
  inputs: readonly Tensor[],
  options: CheckGradientsOptions = {},
): Promise<GradientCheck> {
  assertKnownOptions('checkGradients', options, ['tolerance', 'step', 'maxElements', 'seed']);
  const { tolerance = 0.01, maxElements = 100, seed = 0 } = options;
  if (typeof f !== 'function') {
    throw new TypeError(
      `checkGradients: f must be a function of tensors, got ${f === null ? 'null' : typeof f}`,
    );
  }
  validate(inputs, { ...options, tolerance, maxElements, seed });
  const originals = await Promise.all(inputs.map(async (input) => Float32Array.from(await input.data())));
  const value = await repeatableValue(f, inputs);
  const noise = await measureNoise(f, inputs, originals);
  const step = options.step ?? bestStep(noise, value);
  const gradients = await analyticGradients(f, inputs);

  const checks: InputCheck[] = [];
  for (const [input, { shape, size, rank }] of inputs.entries()) {
    const name = nameOf(inputs, input);
    const values = originals[input] ?? new Float32Array();
    const elements: ElementCheck[] = [];
    for (const at of pick(size, maxElements, seed)) {
      const index = util.indexToLoc(at, rank, util.computeStrides(shape));
      const along = (xs: readonly number[]) => valuesAt(f, inputs, withElement(input, values, at, xs));
      const place = { x: values[at] ?? 0, value, noise, step, tolerance };
      const comparison = await compareElement(gradients[input]?.[at] ?? 0, place, along);
      elements.push({ input: name, index, ...comparison });
    }
    checks.push(summarizeInput(name, shape, size, elements));
  }
  const worst = worstOf(checks.flatMap((check) => check.elements));
  const message = messageOf(checks, worst, tolerance, seed);
  const ok = checks.every((check) => check.wrong === 0);
  return { ok, message, value, noise, step, tolerance, inputs: checks, worst };
}

function validate(inputs: readonly Tensor[], options: CheckGradientsOptions): void {
  const { tolerance = 0, step, maxElements = 0, seed } = options;
  if (!Array.isArray(inputs)) {
    throw new TypeError(`checkGradients: inputs must be an array of tensors, got ${typeof inputs}`);
  }
  if (inputs.length === 0)
    throw new RangeError('checkGradients: inputs must hold at least one tensor, got none');
  for (const [i, input] of inputs.entries()) {
    if (!(input instanceof Tensor) || input.dtype !== 'float32') {
      const got = input instanceof Tensor ? `dtype ${input.dtype}` : typeof input;
      throw new TypeError(
        `checkGradients: inputs[${i}] must be a float32 tensor, got ${got}; close over what is not differentiated`,
      );
    }
  }
  if (!(tolerance > 0 && tolerance < 1)) {
    throw new RangeError(`checkGradients: tolerance must be a number between 0 and 1, got ${tolerance}`);
  }
  if (step !== undefined && !(step > 0 && Number.isFinite(step))) {
    throw new RangeError(`checkGradients: step must be a positive finite number, got ${step}`);
  }
  if (!(Number.isInteger(maxElements) && maxElements > 0)) {
    throw new RangeError(`checkGradients: maxElements must be a positive integer, got ${maxElements}`);
  }
  if (!Number.isInteger(seed)) throw new RangeError(`checkGradients: seed must be an integer, got ${seed}`);
}

/** The same finite value each time, or it is no function that can be checked. */
async function repeatableValue(f: ScalarFunction, inputs: readonly Tensor[]) {
  const values = await valuesAt(f, inputs, [[], [], [], []]);
  const [first = Number.NaN] = values;
  if (!Number.isFinite(first))
    throw new RangeError(`checkGradients: f must be finite at the inputs, got ${first}`);
  const other = values.find((value) => value !== first);
  if (other !== undefined) {
    throw new RangeError(
      `checkGradients: f must return the same value for the same inputs, got ${first} and then ${other}; seed or switch off what is random in it`,
    );
  }
  return first;
}

async function measureNoise(
  f: ScalarFunction,
  inputs: readonly Tensor[],
  originals: readonly Float32Array[],
): Promise<number> {
  let noise = 0;
  for (const move of NOISE_MOVES) {
    const points = Array.from({ length: NOISE_POINTS }, (_, k) =>
      originals.map((values, input) => ({ input, values: movedBy(k * move, values) })),
    );
    const values = await valuesAt(f, inputs, points);
    if (!values.every(Number.isFinite)) break;
    noise = noiseOf(values);
    if (values.some((y) => y !== values[0])) break;
  }
  return noise;
}

/** Where the truncation error of an extrapolated difference, h^4, meets its rounding error, noise / h. */
function bestStep(noise: number, value: number): number {
  const relative = noise / Math.max(Math.abs(value), Number.MIN_VALUE);
  return Math.min(0.25, Math.max(0.01, relative ** 0.2));
}

/** One array for each input, absent where no gradient reaches it. */
async function analyticGradients(f: ScalarFunction, inputs: readonly Tensor[]) {
  const grads: readonly (Tensor | undefined)[] = tidy(
    () => engine().gradients(() => scalarOf(f, inputs), [...inputs], undefined, true).grads,
  );
  const arrays = await Promise.all(grads.map(async (grad) => grad && Float32Array.from(await grad.data())));
  for (const grad of grads) grad?.dispose();
  return arrays;
}

function nameOf(inputs: readonly Tensor[], i: number): string {
  const input = inputs[i];
  return input instanceof Variable ? input.name : `inputs[${i}]`;
}

/** Row-major positions: all, or one from each of `count` equal stretches, placed by a golden-ratio sequence. */
function pick(size: number, count: number, seed: number): readonly number[] {
  if (size <= count) return Array.from({ length: size }, (_, i) => i);
  const fraction = (i: number) => ((i + seed) * GOLDEN_RATIO) % 1;
  return Array.from({ length: count }, (_, i) => Math.floor(((i + Math.abs(fraction(i))) * size) / count));
}

function* withElement(input: number, values: Float32Array, at: number, xs: readonly number[]) {
  for (const x of xs) {
    const moved = Float32Array.from(values);
    moved[at] = x;
    yield [{ input, values: moved }];
  }
}
