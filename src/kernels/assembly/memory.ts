// Where the statistics kernels keep things. Memory is fixed: the caller copies large tensors in chunk by chunk.

/** Floats in a chunk: one fits in most L1 caches, everything here in any L2. */
export const CHUNK: i32 = 8192;
/** Totals in float64, in the order in which each kernel stores them. */
export const TOTALS: usize = 0;
export const TOTALS_BYTES: usize = 128;
/** Four tables of 1024 counts, so that equal neighbours do not wait for each other's store. */
export const TABLES: usize = TOTALS + TOTALS_BYTES;
export const TABLE_BYTES: usize = 4096;
/** The chunk, and the other one to compare it with; each has room for one vector of padding. */
export const A: usize = TABLES + 4 * TABLE_BYTES;
export const B: usize = A + 4 * CHUNK + 16;
/** Vectors that the passes hold in registers. */
export const CONSTANTS: usize = B + 4 * CHUNK + 16;
/** The bins that hold anything: index and count of each. */
export const LIST: usize = CONSTANTS + 64;
