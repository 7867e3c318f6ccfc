import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';

/** A map with the same keys. */
export function mapTensors(
  tensors: NamedTensorMap,
  transform: (tensor: Tensor, name: string) => Tensor,
): NamedTensorMap {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, transform(tensor, name)]));
}
