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
import { assertKnownOptions } from '../record/known-options.js';
import { assertPositive } from './assert-positive.js';
import { largestFloat32 } from './float32.js';
import { hostAverage, hostLimit, hostLook, largestRemembered } from './host-spikes.js';
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
export function spikeClip(options: SpikeClipOptions = {}): ClipStrategy {
  assertKnownOptions('spikeClip', options, ['threshold', 'decay', 'warmUpSteps', 'nonFinite']);
  const { threshold = 5000, decay = 0.999, warmUpSteps = 20, nonFinite = 'skip' } = options;
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
 * On cpu and wasm one number that tells how to go on, NaN where an element is not finite; elsewhere the gradient itself.
 * Either is finite if and only if all elements are.
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
