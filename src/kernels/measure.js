import { KERNEL_FROM, statisticsKernels } from './statistics.js';
/** One bin for each value of a float32's top 10 bits: sign, exponent and one bit of the mantissa. */
export const BIN_COUNT = 1024;
// The bins whose top bits are also those of zeros, infinities and NaN, which are counted apart.
const ZERO_BIN = 0;
const NEGATIVE_ZERO_BIN = 512;
const NON_FINITE_BINS = [510, 511, 1022, 1023];
/**
 * Measures a tensor's elements in one pass.
 *
 * @param values - The elements.
 * @param bins - 1024 counts, to which the finite, non-zero elements are added: each to the bin of its top 10 bits.
 * @throws RangeError when `bins` does not have 1024 elements.
 */
export function measure(values, bins) {
    if (bins !== undefined && bins.length !== BIN_COUNT) {
        throw new RangeError(`measure: bins must have ${BIN_COUNT} elements, got ${bins.length}`);
    }
    const kernels = values.length >= KERNEL_FROM ? statisticsKernels() : null;
    return kernels === null ? measureTwin(values, bins) : measureByKernel(kernels, values, bins);
}
function measureByKernel({ run, a, table, totals }, values, bins) {
    if (bins !== undefined)
        table.set(bins);
    run.startMeasure();
    for (let start = 0; start < values.length; start += a.length) {
        const chunk = values.subarray(start, start + a.length);
        a.set(chunk);
        if (bins === undefined)
            run.measure(chunk.length);
        else
            run.measureAndBin(chunk.length);
    }
    const [sum = 0, squares = 0, absSum = 0, min = 0, max = 0, zeros = 0, negativeZeros = 0, nans = 0, infs = 0,] = totals;
    if (bins !== undefined) {
        run.foldTables();
        table[ZERO_BIN] = table[ZERO_BIN] - (zeros - negativeZeros);
        table[NEGATIVE_ZERO_BIN] = table[NEGATIVE_ZERO_BIN] - negativeZeros;
        for (const bin of NON_FINITE_BINS)
            table[bin] = bins[bin];
        bins.set(table);
    }
    return {
        finite: values.length - nans - infs,
        sum,
        sumOfSquares: squares,
        absSum,
        min: plusZero(min),
        max: plusZero(max),
        zeros,
        nans,
        infs,
    };
}
// Sums are closed and added up block by block, so that their rounding error grows with the block, not the tensor.
const TWIN_BLOCK = 4096;
/** What {@link measure} does, in plain TypeScript. */
export function measureTwin(values, bins) {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    let sum = 0;
    let sumOfSquares = 0;
    let absSum = 0;
    let zeros = 0;
    let nans = 0;
    let infs = 0;
    let min = Infinity;
    let max = -Infinity;
    for (let start = 0; start < values.length; start += TWIN_BLOCK) {
        const end = Math.min(start + TWIN_BLOCK, values.length);
        let blockSum = 0;
        let blockSquares = 0;
        let blockAbs = 0;
        for (let i = start; i < end; i++) {
            const value = values[i];
            if (value - value !== 0) {
                if (Number.isNaN(value))
                    nans++;
                else
                    infs++;
                continue;
            }
            blockSum += value;
            blockSquares += value * value;
            blockAbs += Math.abs(value);
            if (value < min)
                min = value;
            if (value > max)
                max = value;
            if (value === 0)
                zeros++;
            else if (bins !== undefined) {
                const bin = bits[i] >>> 22;
                bins[bin] = bins[bin] + 1;
            }
        }
        sum += blockSum;
        sumOfSquares += blockSquares;
        absSum += blockAbs;
    }
    return {
        finite: values.length - nans - infs,
        sum,
        sumOfSquares,
        absSum,
        min: plusZero(min),
        max: plusZero(max),
        zeros,
        nans,
        infs,
    };
}
// Adding 0 turns -0 into 0: which of the two was met first must not show.
function plusZero(x) {
    return x + 0;
}
