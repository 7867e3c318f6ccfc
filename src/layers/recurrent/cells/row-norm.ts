import { add, div, mean, mul, sqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';

const EPSILON = 1e-5;

/** Shifts and scales each row to mean 0 and variance 1, then by a factor for each column (arXiv 1607.06450). */
export function rowNorm(x: Tensor, gain: Tensor): Tensor {
  const centred = sub(x, mean(x, 1, true));
  const variance = mean(square(centred), 1, true);
  return mul(div(centred, sqrt(add(variance, EPSILON))), gain);
}
