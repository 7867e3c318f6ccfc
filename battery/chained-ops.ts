import { cast, reshape, sign, stridedSlice, Tensor, transpose } from '@tensorflow/tfjs-core';

/**
 * Adds to tensors the few methods that tfjs-layers calls on them and that only the package @tensorflow/tfjs registers:
 * without them the orthogonal initialiser, the default of every recurrent layer, cannot run.
 */
export function registerChainedOps(): void {
  const methods = {
    flatten(this: Tensor) {
      return reshape(this, [this.size]);
    },
    reshape(this: Tensor, shape: number[]) {
      return reshape(this, shape);
    },
    sign(this: Tensor) {
      return sign(this);
    },
    stridedSlice(this: Tensor, begin: number[], end: number[], strides: number[]) {
      return stridedSlice(this, begin, end, strides);
    },
    toInt(this: Tensor) {
      return cast(this, 'int32');
    },
    transpose(this: Tensor, permutation?: number[]) {
      return transpose(this, permutation);
    },
  };
  for (const [name, value] of Object.entries(methods)) {
    if (!(name in Tensor.prototype))
      Object.defineProperty(Tensor.prototype, name, { value, configurable: true });
  }
}
