import {
  abs,
  addN,
  div,
  greater,
  isFinite as isFiniteTensor,
  isNaN as isNaNTensor,
  logicalAnd,
  max,
  mul,
  pow,
  type Scalar,
  sqrt,
  square,
  stack,
  sum,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { defineManyOutputKernel } from './host-kernel.js';
import { sumOfSquares } from './sum-of-squares.js';

/**
 * One p-norm per group of tensors, each as the product of two float32 numbers: neither overflows nor vanishes, whatever
 * finite gradients come. `relative` is finite if and only if every element of its group is.
 */
export interface GroupNorms {
  /** Magnitude of the norm, positive and finite; shape [groups]. */
  readonly scale: Tensor;
  /** The norm in units of `scale`; shape [groups]. */
  readonly relative: Tensor;
  /** The norm itself, infinite where it is beyond float32; shape [groups]. */
  readonly norm: Tensor;
}

/**
 * Measures groups of tensors: the p-norm over all elements of a group.
 *
 * @param groups - At least one, each of at least one tensor.
 * @param p - At least 1; `Infinity` is the largest absolute value.
 */
export function groupNorms(groups: readonly (readonly Tensor[])[], p: number): GroupNorms {
  const sizes = groups.map((group) => group.length);
  const shape = [groups.length];
  return (
    splitNorms(hostNorms(groups.flat(), [shape, shape, shape], { sizes, p })) ?? composedNorms(groups, p)
  );
}

/** By name, what a kernel returned in the order of {@link fillSplitNorm}. */
export function splitNorms(outputs: readonly Tensor[] | undefined): GroupNorms | undefined {
  const [scale, relative, norm] = outputs ?? [];
  return scale && relative && norm && { scale, relative, norm };
}

function composedNorms(groups: readonly (readonly Tensor[])[], p: number): GroupNorms {
  const norms = groups.map((group) => {
    const magnitudes = group.map((tensor) => abs(tensor));
    const largest = max<Scalar>(stack(magnitudes.map((tensor) => max(tensor))));
    // Left alone, an infinite one would make NaN of itself and 0 of everything else, and a zero one 0/0.
    const scale = where(logicalAnd(greater(largest, 0), isFiniteTensor(largest)), largest, 1);
    return {
      scale,
      relative: normOfScaled(
        magnitudes.map((tensor) => div(tensor, scale)),
        p,
      ),
    };
  });
  const scale: Tensor = stack(norms.map((norm) => norm.scale));
  const relative: Tensor = stack(norms.map((norm) => norm.relative));
  return { scale, relative, norm: mul(scale, relative) };
}

/** Of magnitudes up to 1, so that their powers neither overflow nor, where it would matter, vanish. */
function normOfScaled(scaled: readonly Tensor[], p: number): Tensor {
  const share = crowd(scaled.reduce((count, { size }) => count + size, 0));
  const total = (terms: readonly Tensor[]) =>
    addN(terms.map((term) => sum(share === 1 ? term : mul(term, 1 / share))));
  switch (p) {
    case 1:
      return mul(total(scaled), share);
    case 2:
      return mul(sqrt(total(scaled.map((tensor) => square(tensor)))), Math.sqrt(share));
    default: {
      // On some devices the largest of several numbers and the power of one pass over NaN; a sum never does.
      const all = total(scaled);
      const norm =
        p === Infinity
          ? max(stack(scaled.map((tensor) => max(tensor))))
          : mul(pow(total(scaled.map((tensor) => pow(tensor, p))), 1 / p), share ** (1 / p));
      return where(isNaNTensor(all), all, norm);
    }
  }
}

/**
 * By what to divide numbers up to 1 so that any sum of so many of them is a 16-bit float, whose largest is 65504: a power of
 * two, hence exact, and 1 for up to 2^15.
 */
export const crowd = (count: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(count)) - 15);

const hostNorms = defineManyOutputKernel<{ sizes: number[]; p: number }>({
  name: 'GradientHealthGroupNorms',
  compute(outputs, tensors, { sizes, p }) {
    let first = 0;
    sizes.forEach((size, group) => {
      fillSplitNorm(outputs, group, normOf(tensors.slice(first, first + size), p));
      first += size;
    });
  },
});

/** A norm in float64 as a product of numbers of float32; the first a power of two, so that the division is exact. */
export function fillSplitNorm(
  [scales = none, relatives = none, norms = none]: readonly Float32Array[],
  index: number,
  norm: number,
): void {
  const isNumber = norm > 0 && norm < Infinity;
  const scale = isNumber ? 2 ** Math.min(127, Math.max(-126, Math.floor(Math.log2(norm)))) : 1;
  scales[index] = scale;
  relatives[index] = norm / scale;
  norms[index] = norm;
}

const none = new Float32Array(0);

/** In float64, where the square of any float32 is a normal number. */
function normOf(tensors: readonly Float32Array[], p: number): number {
  if (p === 2) return Math.sqrt(tensors.reduce((total, values) => total + sumOfSquares(values), 0));
  if (p === 1) return tensors.reduce((total, values) => total + sumOfMagnitudes(values), 0);
  const largest = tensors.reduce((previous, values) => largestMagnitude(values, previous), 0);
  if (p === Infinity || !(largest > 0 && largest < Infinity)) return largest;
  let total = 0;
  for (const values of tensors) for (const value of values) total += (Math.abs(value) / largest) ** p;
  return largest * total ** (1 / p);
}

function sumOfMagnitudes(values: Float32Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += Math.abs(values[i] ?? 0);
  return total;
}

/** The larger of `previous` and every magnitude; NaN once there is one. */
function largestMagnitude(values: Float32Array, previous: number): number {
  let largest = previous;
  for (const value of values) {
    const magnitude = Math.abs(value);
    if (magnitude > largest || Number.isNaN(magnitude)) largest = magnitude;
    if (Number.isNaN(largest)) return largest;
  }
  return largest;
}
