import { backend, type KernelBackend, type Tensor } from '@tensorflow/tfjs-core';

interface Storage {
  has(dataId: object): boolean;
  get(dataId: object): { readonly values?: unknown } | undefined;
}

/** Where the WebGL and the WebGPU backend of tfjs keep what they know of tensors. */
interface StoringBackend {
  readonly texData?: Storage;
  readonly tensorMap?: Storage;
}

/**
 * The elements of a tensor that is not on the device: small ones are often computed on the host. They must be measured
 * there, since tfjs chooses where to compute by where its operands are, and the two round differently.
 */
export function valuesAtHand({ dataId, size }: Tensor): Float32Array | undefined {
  if (size === 0) return new Float32Array(0);
  const { texData, tensorMap }: KernelBackend & StoringBackend = backend();
  const storage = texData ?? tensorMap;
  const values = storage?.has(dataId) ? storage.get(dataId)?.values : undefined;
  if (values == null) return undefined;
  return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
}
