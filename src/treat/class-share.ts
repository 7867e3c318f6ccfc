import { argMax, cast, equal, greater, mean, type Tensor } from '@tensorflow/tfjs-core';

/** Share of samples whose class is right, for one-hot targets and for one output of 0 or 1. */
export function classShare(target: Tensor, output: Tensor): Tensor {
  const width = output.shape.at(-1) ?? 1;
  if (width === 1) return mean(cast(equal(greater(target, 0.5), greater(output, 0.5)), 'float32'));
  return mean(cast(equal(argMax(target, -1), argMax(output, -1)), 'float32'));
}
