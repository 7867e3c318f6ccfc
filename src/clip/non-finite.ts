import {
  all,
  cast,
  isFinite as isFiniteTensor,
  type NamedTensorMap,
  type Scalar,
  stack,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { defineHostKernel } from './host-kernel.js';
import { mapTensors } from './map-tensors.js';
import { sumOfSquares } from './sum-of-squares.js';

/**
 * What a strategy does with a step whose gradients hold NaN or infinite elements; the same on every backend.
 * - `skip`: rejects the step (`accept` is 0) and hands on zeros, so that nothing of it can reach a weight.
 * - `zero`: puts 0 in the place of those elements and goes on with the rest.
 * - `propagate`: computes with them as PyTorch and optax do, so that they reach the weights.
 */
export type NonFinitePolicy = 'skip' | 'zero' | 'propagate';

/** Options of every clip. */
export interface ClipOptions {
  /**
   * What to do with NaN and infinite gradients.
   *
   * @default 'skip'
   */
  readonly nonFinite?: NonFinitePolicy;
}

/** Refuses an unknown policy, as plain JavaScript may pass it. */
export function assertPolicy(factory: string, policy: NonFinitePolicy): void {
  if (!['skip', 'zero', 'propagate'].includes(policy)) {
    throw new RangeError(
      `${factory}: nonFinite must be 'skip', 'zero' or 'propagate', got ${String(policy)}`,
    );
  }
}

/** Gradients to compute with, and whether to take the step. */
export interface Decided {
  /** By the same keys; all finite unless the policy is `propagate`. */
  readonly gradients: NamedTensorMap;
  /** 1 to take the step, 0 to reject it; absent unless the policy is `skip`. */
  readonly accept?: Scalar;
}

/** Applies the policy, so that what follows need not think of NaN. */
export function decide(gradients: NamedTensorMap, policy: NonFinitePolicy): Decided {
  if (policy === 'zero') return { gradients: mapTensors(gradients, finiteOrZero) };
  if (policy === 'propagate') return { gradients };
  return skipUnlessFinite(gradients, Object.values(gradients));
}

/**
 * Hands on zeros, and rejects the step, unless every element of the evidence is finite: of the raw gradients, or of what a
 * strategy has measured of them anyway, which spares a pass over them.
 */
export function skipUnlessFinite(gradients: NamedTensorMap, evidence: readonly Tensor[]): Decided {
  if (evidence.length === 0) return { gradients };
  const accept = allFinite(evidence);
  // By choice and last: what is made of a NaN may be NaN itself.
  return { gradients: mapTensors(gradients, (gradient) => withhold(gradient, accept)), accept };
}

/** 1 where every element of every tensor is finite, else 0. At least one tensor. */
export function allFinite(tensors: readonly Tensor[]): Scalar {
  return (hostAllFinite(tensors, [], {}) ??
    cast(all(stack(tensors.map((tensor) => all(isFiniteTensor(tensor))))), 'float32')) as Scalar;
}

/** The gradient, or zeros where `accept` is 0: by choice, not by a product with 0, which would keep NaN. */
export function withhold(gradient: Tensor, accept: Scalar): Tensor {
  return (
    hostWithhold([gradient, accept], gradient.shape, {}) ??
    where(cast(accept, 'bool'), gradient, zerosLike(gradient))
  );
}

/** The tensor with 0 in the place of its NaN and infinite elements. */
export function finiteOrZero(tensor: Tensor): Tensor {
  return (
    hostFiniteOrZero([tensor], tensor.shape, {}) ?? where(isFiniteTensor(tensor), tensor, zerosLike(tensor))
  );
}

const hostAllFinite = defineHostKernel({
  name: 'GradientHealthAllFinite',
  compute: (output, tensors) => output.fill(tensors.every(isEveryFinite) ? 1 : 0),
});

const hostWithhold = defineHostKernel({
  name: 'GradientHealthWithhold',
  isIdentity: ([, accept]) => accept?.[0] !== 0,
  compute: (output) => output.fill(0),
});

const hostFiniteOrZero = defineHostKernel({
  name: 'GradientHealthFiniteOrZero',
  isIdentity: (tensors) => tensors.every(isEveryFinite),
  compute(output, [values = output]) {
    for (let i = 0; i < output.length; i++) {
      const value = values[i] ?? 0;
      output[i] = Number.isFinite(value) ? value : 0;
    }
  },
});

function isEveryFinite(values: Float32Array): boolean {
  return Number.isFinite(sumOfSquares(values));
}
