// The kernels of recurrent layers: matrices in a memory that the caller lays out and grows.

export { gemm, gemmPacked, HEAP, pack } from './gemm';
export { transpose } from './transpose';
