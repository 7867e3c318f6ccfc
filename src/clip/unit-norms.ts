import {
  abs,
  div,
  greater,
  isFinite as isFiniteTensor,
  logicalAnd,
  max,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import type { GroupNorms } from './group-norms.js';
import { crowd, fillSplitNorm, splitNorms } from './group-norms.js';
import { defineHostKernel, defineManyOutputKernel } from './host-kernel.js';
import { type Blocks, blocksOf, changeUnits, unitSums } from './host-units.js';

/**
 * Measures the units of one weight: the L2 norms over `axes`, which stay with length 1. As in {@link GroupNorms} each is a
 * product of two numbers that neither overflows nor vanishes.
 */
export function unitNorms(tensor: Tensor, axes: readonly number[]): GroupNorms {
  const blocks = blocksOf(tensor.shape, axes);
  const kept = tensor.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return (
    splitNorms(blocks && hostUnitNorms([tensor], [kept, kept, kept], blocks)) ?? composedNorms(tensor, axes)
  );
}

/** Multiplies each unit by its factor, of the shape that {@link unitNorms} returns; a factor of 1 changes no bit. */
export function scaleUnits(tensor: Tensor, factors: Tensor, axes: readonly number[]): Tensor {
  const blocks = blocksOf(tensor.shape, axes);
  return (blocks && hostScaleUnits([tensor, factors], tensor.shape, blocks)) ?? mul(tensor, factors);
}

function composedNorms(tensor: Tensor, axes: readonly number[]): GroupNorms {
  const magnitudes = abs(tensor);
  const largest = max(magnitudes, [...axes], true);
  const scale = where(logicalAnd(greater(largest, 0), isFiniteTensor(largest)), largest, 1);
  const share = crowd(axes.reduce((count, axis) => count * (tensor.shape[axis] ?? 1), 1));
  const squares = square(div(magnitudes, scale));
  const total = sum(share === 1 ? squares : mul(squares, 1 / share), [...axes], true);
  const relative = mul(sqrt(total), Math.sqrt(share));
  return { scale, relative, norm: mul(scale, relative) };
}

const hostUnitNorms = defineManyOutputKernel<Blocks>({
  name: 'GradientHealthUnitNorms',
  compute(outputs, [values = new Float32Array(0)], blocks) {
    unitSums(values, blocks, true).forEach((total, unit) => {
      fillSplitNorm(outputs, unit, Math.sqrt(total));
    });
  },
});

const hostScaleUnits = defineHostKernel<Blocks>({
  name: 'GradientHealthScaleUnits',
  // wasm multiplies by vector instructions.
  backends: ['cpu'],
  isIdentity: ([, factors]) => factors?.every((factor) => factor === 1) ?? true,
  compute: (output, [values = output, factors = output], { inner }) =>
    changeUnits(output, values, factors, inner, 'multiply'),
});
