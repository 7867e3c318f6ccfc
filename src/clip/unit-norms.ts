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
  unstack,
  where,
} from '@tensorflow/tfjs-core';
import type { GroupNorms } from './group-norms.js';
import { crowd, splitMagnitude } from './group-norms.js';
import { defineHostKernel } from './host-kernel.js';
import { type Blocks, blocksOf, changeUnits, unitSums } from './host-units.js';

/**
 * Measures the units of one weight: the L2 norms over `axes`, which stay with length 1. As in {@link GroupNorms} each is a
 * product of two numbers that neither overflows nor vanishes.
 */
export function unitNorms(tensor: Tensor, axes: readonly number[]): GroupNorms {
  const blocks = blocksOf(tensor.shape, axes);
  const kept = tensor.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const packed = blocks && hostUnitNorms([tensor], [2, ...kept], blocks);
  const [scale, relative] = packed ? unstack(packed) : composedNorms(tensor, axes);
  if (scale === undefined || relative === undefined) throw new Error('unitNorms: no norms');
  return { scale, relative, norm: mul(scale, relative) };
}

/** Multiplies each unit by its factor, of the shape that {@link unitNorms} returns; a factor of 1 changes no bit. */
export function scaleUnits(tensor: Tensor, factors: Tensor, axes: readonly number[]): Tensor {
  const blocks = blocksOf(tensor.shape, axes);
  return (blocks && hostScaleUnits([tensor, factors], tensor.shape, blocks)) ?? mul(tensor, factors);
}

function composedNorms(tensor: Tensor, axes: readonly number[]): [scale: Tensor, relative: Tensor] {
  const magnitudes = abs(tensor);
  const largest = max(magnitudes, [...axes], true);
  const scale = where(logicalAnd(greater(largest, 0), isFiniteTensor(largest)), largest, 1);
  const share = crowd(axes.reduce((count, axis) => count * (tensor.shape[axis] ?? 1), 1));
  const squares = square(div(magnitudes, scale));
  const total = sum(share === 1 ? squares : mul(squares, 1 / share), [...axes], true);
  return [scale, mul(sqrt(total), Math.sqrt(share))];
}

const hostUnitNorms = defineHostKernel<Blocks>({
  name: 'GradientHealthUnitNorms',
  compute(output, [values = output], blocks) {
    const { units } = blocks;
    unitSums(values, blocks, true).forEach((total, unit) => {
      const { scale, relative } = splitMagnitude(Math.sqrt(total));
      output[unit] = scale;
      output[units + unit] = relative;
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
