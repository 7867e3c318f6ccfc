import {
  abs,
  add,
  div,
  expm1,
  fill,
  greater,
  greaterEqual,
  maximum,
  minimum,
  mul,
  type NamedTensorMap,
  neg,
  scalar,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { assertPositive } from './assert-positive.js';
import { largestFloat32 } from './float32.js';
import { defineHostKernel } from './host-kernel.js';
import { mapTensors } from './map-tensors.js';
import {
  assertPolicy,
  type ClipOptions,
  type Decided,
  finiteOrZero,
  skipUnlessFinite,
} from './non-finite.js';
import type { ClipStrategy } from './strategy.js';

/** Options of {@link spikeClip}. */
export interface SpikeClipOptions extends ClipOptions {
  /**
   * How many times its mean square an element's square may be: 5000 lets magnitudes of 70 times the usual pass.
   *
   * @default 5000
   */
  readonly threshold?: number;
  /**
   * Share of the old mean square that each step keeps, above 0 and below 1.
   *
   * @default 0.999
   */
  readonly decay?: number;
  /**
   * Steps before anything is clipped.
   *
   * @default 20
   */
  readonly warmUpSteps?: number;
}

/** Larger elements enter the mean square as this, whose square is a float32. */
const largestRemembered = 1e18;
const mostRemembered = largestRemembered ** 2;

/**
 * Limits each element of each gradient that is a spike by its own history (after SPAM).
 *
 * `min(max(g, -c), c)` with `c = sqrt(threshold · v)` and v the exponential moving average of the element's square over the
 * steps before, after clipping, corrected for its start at 0. Spikes up to 1000 times the usual size are seen in the
 * training of transformers and disturb the moments of Adam for hundreds of steps. An element that has been zero so far has
 * no history and passes; one that is rarely other than zero has a low average. Elements without a spike come back bit by
 * bit. Squares of elements below 1e-19 vanish in float32, so that those are never clipped; elements above 1e18 are
 * remembered as 1e18. NaN and infinite gradients: see `nonFinite`; they never enter the history.
 *
 * State: `squares/<name>`, of the size of each weight, and the scalar `steps`. Cost: on cpu and wasm two passes over the
 * gradients; elsewhere about twenty operations for each weight. Nothing is read back. Source: arXiv 2501.06842; there the
 * average is that of Adam, uncorrected, and momentum is reset besides.
 *
 * @throws RangeError unless `threshold` is at least 1 and finite, `decay` between 0 and 1 and `warmUpSteps` a whole number
 * from 1.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { spikeClip } from 'gradient-health';
 *
 * const strategy = spikeClip({ threshold: 4, decay: 0.5, warmUpSteps: 1 });
 * const weights = { kernel: tensor1d([0]) };
 * let state = strategy.initialState?.(weights) ?? {};
 * const after: number[] = [];
 * for (const value of [2, 100]) { // after the first step v = 2² and c = 2 · 2
 *   const result = strategy.apply({ kernel: tensor1d([value]) }, { weights, state, step: 0, variables: {} });
 *   state = result.state ?? state;
 *   after.push(...result.gradients.kernel.dataSync());
 * }
 * console.log(after.join(' '));
 * // 2 4
 * ```
 */
export function spikeClip({
  threshold = 5000,
  decay = 0.999,
  warmUpSteps = 20,
  nonFinite = 'skip',
}: SpikeClipOptions = {}): ClipStrategy {
  assertPositive('spikeClip: threshold', threshold);
  if (threshold < 1)
    throw new RangeError(`spikeClip: threshold must be at least 1, got ${String(threshold)}`);
  if (!(decay > 0 && decay < 1)) {
    throw new RangeError(`spikeClip: decay must be above 0 and below 1, got ${String(decay)}`);
  }
  if (!(Number.isInteger(warmUpSteps) && warmUpSteps >= 1)) {
    throw new RangeError(`spikeClip: warmUpSteps must be a whole number from 1, got ${String(warmUpSteps)}`);
  }
  assertPolicy('spikeClip', nonFinite);
  return {
    name: `spikeClip(${threshold})`,
    initialState: (weights) => ({
      steps: scalar(0),
      ...squaresOf(mapTensors(weights, (weight) => zerosLike(weight))),
    }),
    apply(gradients, { state }) {
      if (Object.keys(gradients).length === 0) return { gradients };
      const given = nonFinite === 'zero' ? mapTensors(gradients, finiteOrZero) : gradients;
      const steps = state['steps'] ?? scalar(0);
      const before = mapTensors(given, (gradient, name) => state[keyOf(name)] ?? zerosLike(gradient));
      // The average starts at 0, of which 1 - decay^steps is left to make up for; as expm1, it is exact for few steps too.
      const share = neg(expm1(mul(maximum(steps, 1), Math.log(decay))));
      const factor = where(greaterEqual(steps, warmUpSteps), sqrt(div(threshold, share)), 0);
      const looks = mapTensors(given, (gradient, name) => look(gradient, before[name] ?? gradient, factor));
      const limited = mapTensors(given, (gradient, name) =>
        limit(gradient, before[name] ?? gradient, factor, looks[name] ?? gradient),
      );
      const decided: Decided =
        nonFinite === 'skip' ? skipUnlessFinite(limited, Object.values(looks)) : { gradients: limited };
      const taken = decided.accept ?? scalar(1);
      // A rejected step has a weight of 0 and leaves the average exactly as it was.
      const weight = mul(taken, 1 - decay);
      const after = mapTensors(decided.gradients, (gradient, name) =>
        average(before[name] ?? gradient, gradient, weight, looks[name] ?? gradient),
      );
      return { ...decided, state: { ...state, ...squaresOf(after), steps: add(steps, taken) } };
    },
  };
}

const keyOf = (name: string): string => `squares/${name}`;

function squaresOf(tensors: NamedTensorMap): NamedTensorMap {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [keyOf(name), tensor]));
}

/**
 * On cpu and wasm whether the gradient is {@link plain}, or NaN where an element of it is not finite; elsewhere the gradient
 * itself. Either is finite if and only if all elements are.
 */
function look(gradient: Tensor, squares: Tensor, factor: Tensor): Tensor {
  return hostLook([gradient, squares, factor], [], {}) ?? gradient;
}

/** min(max(g, -c), c) with c = factor · sqrt(squares), and no limit where that is 0. */
function limit(gradient: Tensor, squares: Tensor, factor: Tensor, seen: Tensor): Tensor {
  const onHost = hostLimit([gradient, squares, factor, seen], gradient.shape, {});
  if (onHost) return onHost;
  const cap = mul(sqrt(squares), factor);
  const bound = where(greater(cap, 0), cap, fill(cap.shape, largestFloat32));
  return maximum(minimum(gradient, bound), neg(bound));
}

/** The moving average with this step's squares. */
function average(squares: Tensor, gradient: Tensor, weight: Tensor, seen: Tensor): Tensor {
  const onHost = hostAverage([squares, gradient, weight, seen], squares.shape, {});
  if (onHost) return onHost;
  const magnitude = minimum(abs(finiteOrZero(gradient)), largestRemembered);
  return add(squares, mul(sub(square(magnitude), squares), weight));
}

const none = new Float32Array(0);

/** What {@link look} finds in a gradient without spikes whose squares can be remembered as they are. */
const plain = 1;

const hostLook = defineHostKernel({
  name: 'GradientHealthLookForSpikes',
  compute(output, [values = none, squares = none, [factor = 0] = none]) {
    const perSquare = factor * factor;
    output[0] = plain;
    for (let i = usual(values, squares, perSquare); i < values.length; i++) {
      const own = (values[i] as number) ** 2;
      const cap = (squares[i] as number) * perSquare;
      if (own <= cap) continue;
      if (!(own < Infinity)) {
        output[0] = Number.NaN;
        return;
      }
      if (cap > 0 || own > mostRemembered) output[0] = 0;
    }
  },
});

/**
 * How many elements from the first are within their limits, up to three fewer. Side by side, elements need not wait for one
 * another: this takes half the time.
 */
function usual(values: Float32Array, squares: Float32Array, perSquare: number): number {
  let i = 0;
  for (; i + 4 <= values.length; i += 4) {
    const a = values[i] as number;
    const b = values[i + 1] as number;
    const c = values[i + 2] as number;
    const d = values[i + 3] as number;
    const within =
      a * a <= (squares[i] as number) * perSquare &&
      b * b <= (squares[i + 1] as number) * perSquare &&
      c * c <= (squares[i + 2] as number) * perSquare &&
      d * d <= (squares[i + 3] as number) * perSquare;
    if (!within) break;
  }
  return i;
}

const hostLimit = defineHostKernel({
  name: 'GradientHealthLimitBySquares',
  isIdentity: ([, , , seen]) => seen?.[0] === plain,
  compute(output, [values = output, squares = output, [factor = 0] = output]) {
    const perSquare = factor * factor;
    for (let i = 0; i < output.length; i++) {
      const value = values[i] as number;
      // Squared, in float64, where it cannot overflow: a root only for what is limited.
      const cap = (squares[i] as number) * perSquare;
      output[i] = value * value > cap && cap > 0 ? Math.sign(value) * Math.sqrt(cap) : value;
    }
  },
});

const hostAverage = defineHostKernel({
  name: 'GradientHealthAverageOfSquares',
  isIdentity: ([, , weight]) => weight?.[0] === 0,
  compute(output, [squares = output, values = output, [weight = 0] = output, [seen] = output]) {
    for (let i = seen === plain ? averageFours(output, squares, values, weight) : 0; i < output.length; i++) {
      const square = squares[i] as number;
      const value = values[i] as number;
      const own = value * value;
      const remembered = own <= mostRemembered ? own : own < Infinity ? mostRemembered : 0;
      output[i] = square + (remembered - square) * weight;
    }
  },
});

/** As far as elements come in fours, all with squares to be remembered as they are; returns how far. */
function averageFours(
  output: Float32Array,
  squares: Float32Array,
  values: Float32Array,
  weight: number,
): number {
  let i = 0;
  for (; i + 4 <= output.length; i += 4) {
    const a = values[i] as number;
    const b = values[i + 1] as number;
    const c = values[i + 2] as number;
    const d = values[i + 3] as number;
    const ofA = squares[i] as number;
    const ofB = squares[i + 1] as number;
    const ofC = squares[i + 2] as number;
    const ofD = squares[i + 3] as number;
    output[i] = ofA + (a * a - ofA) * weight;
    output[i + 1] = ofB + (b * b - ofB) * weight;
    output[i + 2] = ofC + (c * c - ofC) * weight;
    output[i + 3] = ofD + (d * d - ofD) * weight;
  }
  return i;
}
