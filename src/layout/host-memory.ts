import type { TensorInfo } from '@tensorflow/tfjs-core';

/** How a backend whose tensors are arrays this thread can see keeps them. */
export interface HostMemory {
  /** A float32 tensor with undefined contents. */
  allocate(backend: object, shape: number[]): TensorInfo;
  /** The arrays themselves; an allocation may move the heap of wasm and leave older views behind. */
  views(backend: object, tensors: readonly TensorInfo[]): Float32Array[];
  /** The same values under a new tensor, without a copy. */
  share(backend: object, tensor: TensorInfo): TensorInfo;
}

interface CpuBackend {
  data: { get(dataId: object): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
  incRef(dataId: object): void;
}

interface WasmBackend {
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  incRef(dataId: object): void;
}

const share: HostMemory['share'] = (backend, { dataId, shape, dtype }) => {
  (backend as CpuBackend | WasmBackend).incRef(dataId);
  return { dataId, shape, dtype };
};

/** By backend name; none for the others. */
export const hostMemoryOf: Readonly<Record<string, HostMemory>> = {
  cpu: {
    allocate: (backend, shape) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return (backend as CpuBackend).makeTensorInfo(shape, 'float32', new Float32Array(size));
    },
    views: (backend, tensors) => tensors.map(({ dataId }) => (backend as CpuBackend).data.get(dataId).values),
    share,
  },
  wasm: {
    allocate: (backend, shape) => (backend as WasmBackend).makeOutput(shape, 'float32'),
    views: (backend, tensors) => tensors.map((tensor) => (backend as WasmBackend).typedArrayFromHeap(tensor)),
    share,
  },
};
