import { div, lessEqual, type Tensor, unstack, where } from '@tensorflow/tfjs-core';
import type { GroupNorms } from './group-norms.js';
import { defineManyOutputKernel } from './host-kernel.js';

/** min(1, limit / norm), in the shape of the norms: exactly 1 up to the limit. One limit for each norm. */
export function limitFactors(norms: GroupNorms, limits: Tensor): Tensor {
  return hostFactors(inputsOf(norms, limits), [limits.shape], {})?.[0] ?? composedFactors(norms, limits);
}

/** The same, a scalar for each norm. */
export function scalarLimitFactors(norms: GroupNorms, limits: Tensor): Tensor[] {
  const scalars = Array.from({ length: limits.size }, () => []);
  return hostFactors(inputsOf(norms, limits), scalars, {}) ?? unstack(composedFactors(norms, limits));
}

const inputsOf = ({ scale, relative, norm }: GroupNorms, limits: Tensor): Tensor[] => [
  scale,
  relative,
  norm,
  limits,
];

/** In an order of division that does not overflow. */
const composedFactors = ({ scale, relative, norm }: GroupNorms, limits: Tensor): Tensor =>
  where(lessEqual(norm, limits), 1, div(div(limits, scale), relative));

const hostFactors = defineManyOutputKernel({
  name: 'GradientHealthLimitFactors',
  compute(outputs, [scales, relatives, norms, limits]) {
    let at = 0;
    for (const output of outputs) {
      for (let i = 0; i < output.length; i++, at++) {
        const limit = limits?.[at] as number;
        const factor = limit / (scales?.[at] as number) / (relatives?.[at] as number);
        output[i] = (norms?.[at] as number) <= limit ? 1 : factor;
      }
    }
  },
});
