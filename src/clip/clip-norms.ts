import { type NamedTensorMap, type Scalar, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { type GroupNorms, groupNorms } from './group-norms.js';
import { scalarLimitFactors } from './limit-factors.js';
import { mapTensors } from './map-tensors.js';
import { allFinite, finiteOrZero, type NonFinitePolicy, withhold } from './non-finite.js';
import { scale } from './scale.js';
import type { ClipResult } from './strategy.js';

/** Which gradients share a norm, which norm that is, and what to do with NaN and infinite ones. */
export interface Grouping {
  /** Names of the gradients whose norm is taken together: every name once, no empty group. */
  readonly groups: readonly (readonly string[])[];
  /** Of the norm, at least 1. */
  readonly p: number;
  /** What to do with NaN and infinite gradients. */
  readonly nonFinite: NonFinitePolicy;
}

/** Gradients and the norms of their groups. */
export interface Measured {
  /** Without NaN and infinite elements where the policy is to zero them. */
  readonly gradients: NamedTensorMap;
  /** As given. */
  readonly groups: readonly (readonly string[])[];
  /** In the order of the groups. */
  readonly norms: GroupNorms;
  /** 1 to take the step, 0 to reject it; absent unless the policy is `skip`. */
  readonly accept?: Scalar;
}

/** Scales down each group whose norm is above its limit; the others pass bit by bit. */
export function clipNorms(
  gradients: NamedTensorMap,
  grouping: Grouping,
  limits: readonly number[],
): ClipResult {
  if (grouping.groups.length === 0) return { gradients };
  return scaleDown(measureNorms(gradients, grouping), tensor1d([...limits]));
}

/** Applies the policy and takes the norm of each group, of which there is at least one. */
export function measureNorms(gradients: NamedTensorMap, { groups, p, nonFinite }: Grouping): Measured {
  const given = nonFinite === 'zero' ? mapTensors(gradients, finiteOrZero) : gradients;
  const norms = groupNorms(
    groups.map((names) => names.map((name) => given[name]).filter((tensor) => tensor !== undefined)),
    p,
  );
  // The relative norms tell whether all elements are finite, without another pass.
  return {
    gradients: given,
    groups,
    norms,
    ...(nonFinite === 'skip' && { accept: allFinite([norms.relative]) }),
  };
}

/** Multiplies by min(1, limit / norm). */
export function scaleDown({ gradients, groups, norms, accept }: Measured, limits: Tensor): ClipResult {
  const factors = scalarLimitFactors(norms, limits);
  const factorOf = new Map(
    groups.flatMap((names, group) => names.map((name) => [name, factors[group]] as const)),
  );
  const clipped = mapTensors(gradients, (gradient, name) => {
    const factor = factorOf.get(name);
    const scaled = factor ? scale(gradient, factor) : gradient;
    // Last: the factor of a norm that is not finite may be NaN itself.
    return accept ? withhold(scaled, accept) : scaled;
  });
  return { gradients: clipped, ...(accept && { accept }) };
}
