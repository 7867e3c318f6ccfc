import { mul, type Tensor } from '@tensorflow/tfjs-core';
import { defineHostKernel } from './host-kernel.js';

/** Multiplies by a scalar; a factor of 1 returns every element bit by bit. */
export function scale(tensor: Tensor, factor: Tensor): Tensor {
  return hostScale([tensor, factor], tensor.shape, {}) ?? mul(tensor, factor);
}

/** The cpu backend takes five times as long to multiply by a scalar; wasm multiplies by vector instructions. */
const hostScale = defineHostKernel({
  name: 'GradientHealthScale',
  instead: { wasm: 'Multiply' },
  isIdentity: ([, factor]) => factor?.[0] === 1,
  compute(output, [values = output, [factor = 1] = output]) {
    for (let i = 0; i < output.length; i++) output[i] = (values[i] ?? 0) * factor;
  },
});
