import {
  avgPool,
  avgPool3d,
  conv2d,
  conv3d,
  depthwiseConv2d,
  dilation2d,
  gather,
  image,
  maxPool,
  maxPool3d,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  type Tensor5D,
  tensor,
} from '@tensorflow/tfjs-core';

/** A function whose gradient needs kernels of its own. */
export interface KernelProbe {
  readonly kernels: readonly string[];
  readonly shapes: readonly number[][];
  /** What is particular about this use of the kernels, where a plain one comes before. */
  readonly when?: string | undefined;
  /** Doubles when all its arguments do. */
  f(...x: Tensor[]): Tensor;
}

const pixels = [1, 5, 4, 2];
const voxels = [1, 3, 4, 3, 2];
const filter = [3, 3, 2, 2];
const filter3d = [2, 2, 2, 2, 2];

const convolutions: readonly KernelProbe[] = [
  {
    kernels: ['Conv2DBackpropInput'],
    shapes: [pixels],
    f: (x) => conv2d(x as Tensor4D, pattern(filter), 1, 'same'),
  },
  {
    kernels: ['Conv2DBackpropFilter'],
    shapes: [filter],
    f: (x) => conv2d(pattern<Tensor4D>(pixels), x as Tensor4D, 1, 'same'),
  },
  {
    kernels: ['DepthwiseConv2dNativeBackpropInput'],
    shapes: [pixels],
    f: (x) => depthwiseConv2d(x as Tensor4D, pattern(filter), 1, 'same'),
  },
  {
    kernels: ['DepthwiseConv2dNativeBackpropFilter'],
    shapes: [filter],
    f: (x) => depthwiseConv2d(pattern<Tensor4D>(pixels), x as Tensor4D, 1, 'same'),
  },
  {
    kernels: ['Conv3DBackpropInputV2'],
    shapes: [voxels],
    f: (x) => conv3d(x as Tensor5D, pattern(filter3d), 1, 'same'),
  },
  {
    kernels: ['Conv3DBackpropFilterV2'],
    shapes: [filter3d],
    f: (x) => conv3d(pattern<Tensor5D>(voxels), x as Tensor5D, 1, 'same'),
  },
];

const windows = (padding: 'valid' | 'same', when?: string): readonly KernelProbe[] => [
  {
    kernels: ['Dilation2DBackpropInput', 'Dilation2DBackpropFilter'],
    shapes: [pixels, [2, 2, 2]],
    f: (x, y) => dilation2d(x as Tensor4D, y as Tensor3D, 1, padding),
    when,
  },
  { kernels: ['MaxPoolGrad'], shapes: [pixels], f: (x) => maxPool(x as Tensor4D, 2, 1, padding), when },
  { kernels: ['AvgPoolGrad'], shapes: [pixels], f: (x) => avgPool(x as Tensor4D, 2, 1, padding), when },
  { kernels: ['MaxPool3DGrad'], shapes: [voxels], f: (x) => maxPool3d(x as Tensor5D, 2, 1, padding), when },
  { kernels: ['AvgPool3DGrad'], shapes: [voxels], f: (x) => avgPool3d(x as Tensor5D, 2, 1, padding), when },
];

const resizing = (images: number[], when?: string): readonly KernelProbe[] => [
  {
    kernels: ['ResizeBilinearGrad'],
    shapes: [images],
    f: (x) => image.resizeBilinear(x as Tensor4D, [7, 9]),
    when,
  },
  {
    kernels: ['ResizeNearestNeighborGrad'],
    shapes: [images],
    f: (x) => image.resizeNearestNeighbor(x as Tensor4D, [10, 8]),
    when,
  },
];

/** The kernels that tfjs has for gradients alone; those of ELU and LRN double nothing, and no backend is known to lack them. */
export const kernelProbes: readonly KernelProbe[] = [
  ...convolutions,
  {
    kernels: ['UnsortedSegmentSum'],
    shapes: [[4, 3]],
    f: (x) => gather(x, tensor([1, 3, 1, 0], [4], 'int32')),
  },
  ...windows('valid'),
  ...windows('same', 'padding same'),
  ...resizing([1, 4, 4, 2]),
  ...resizing(pixels, 'images not square'),
];

/** Numbers between -1 and 1 that no shape repeats. */
export function pattern<T extends Tensor>(shape: number[]): T {
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(
    Array.from({ length: size }, (_, i) => Math.sin(1 + 1.7 * i + size)),
    shape,
  ) as T;
}
