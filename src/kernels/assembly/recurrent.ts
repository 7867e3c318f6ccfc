// The kernels of recurrent layers, in a memory that the caller lays out and grows.

export { gemm, gemmPacked, HEAP, pack } from './gemm';
export { gruBackward, gruForward, gruGates, gruReplay, gruReset, gruResetBackward } from './gru';
export { lstmBackward, lstmForward, lstmReplay } from './lstm';
export { addRows, clearMasked, clipElements, clipRows, copyRows, multiply } from './rows';
export { transpose } from './transpose';
