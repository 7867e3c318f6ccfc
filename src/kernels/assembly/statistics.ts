// The kernels of one tensor's statistics and of two tensors' comparison: one small module, compiled at its first use.

export { A, B, CHUNK, LIST, TOTALS } from './memory';
export { listBins, measure, measureAndBin, startMeasure } from './measure';
export { change, compare, startCompare } from './compare';
