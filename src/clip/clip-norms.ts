import {
  all,
  cast,
  div,
  isFinite as isFiniteTensor,
  lessEqual,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  tensor1d,
  unstack,
  where,
} from '@tensorflow/tfjs-core';
import { type GroupNorms, groupNorms } from './group-norms.js';
import { mapTensors } from './map-tensors.js';
import { finiteOrZero, type NonFinitePolicy, withhold } from './non-finite.js';
import { scale } from './scale.js';
import type { ClipResult } from './strategy.js';

/** How the norms of groups of gradients are bounded. */
export interface NormBounds {
  /** Names of the gradients whose norm is taken together: every name once, no empty group. */
  readonly groups: readonly (readonly string[])[];
  /** Of the norm, at least 1. */
  readonly p: number;
  /** The largest norm of each group: shape [groups]. */
  limits(measured: GroupNorms): Tensor | readonly number[];
  /** What to do with NaN and infinite gradients. */
  readonly nonFinite: NonFinitePolicy;
}

/** Scales down each group whose norm is above its limit; the others pass bit by bit. */
export function clipNorms(
  gradients: NamedTensorMap,
  { groups, p, limits, nonFinite }: NormBounds,
): ClipResult {
  if (groups.length === 0) return { gradients };
  const given = nonFinite === 'zero' ? mapTensors(gradients, finiteOrZero) : gradients;
  const measured = groupNorms(
    groups.map((names) => names.map((name) => given[name]).filter((tensor) => tensor !== undefined)),
    p,
  );
  const factors = factorsOf(measured, limits(measured));
  const factorOf = new Map(
    groups.flatMap((names, group) => names.map((name) => [name, factors[group]] as const)),
  );
  const accept = nonFinite === 'skip' ? acceptOf(measured) : undefined;
  const clipped = mapTensors(given, (gradient, name) => {
    const factor = factorOf.get(name);
    const scaled = factor ? scale(gradient, factor) : gradient;
    // Last: the factor of a norm that is not finite may be NaN itself.
    return accept ? withhold(scaled, accept) : scaled;
  });
  return { gradients: clipped, ...(accept && { accept }) };
}

/** 1 where all elements of all groups are finite, else 0: their relative norms tell, without another pass. */
export function acceptOf({ relative }: GroupNorms): Scalar {
  return cast(all(isFiniteTensor(relative)), 'float32') as Scalar;
}

/** min(1, limit / norm), exactly 1 up to the limit, and in an order of division that does not overflow. */
function factorsOf(
  { scale: unit, relative, norm }: GroupNorms,
  limits: Tensor | readonly number[],
): Tensor[] {
  const bound = isTensor(limits) ? limits : tensor1d([...limits]);
  return unstack(where(lessEqual(norm, bound), 1, div(div(bound, unit), relative)));
}

function isTensor(limits: Tensor | readonly number[]): limits is Tensor {
  return !Array.isArray(limits);
}
