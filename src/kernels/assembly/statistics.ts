// The kernels of one tensor's statistics and of two tensors' comparison: one small module, compiled at its first use.

export { A, B, CHUNK, TABLES, TOTALS } from './memory';
export { foldTables, measure, measureAndBin, startMeasure } from './measure';
export { change, compare, startCompare } from './compare';
