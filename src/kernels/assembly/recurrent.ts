// The kernels of recurrent layers, in a memory that the caller lays out and grows.

export { gemm, gemmPacked, HEAP, pack } from './gemm';
export { gruBackward, gruForward, gruGates, gruReset, gruResetBackward } from './gru';
export { lstmBackward, lstmForward } from './lstm';
export { addRows, clearMasked, clipElements, clipRows, copyRows, gateSums, multiply, squares } from './rows';
export { transpose } from './transpose';
