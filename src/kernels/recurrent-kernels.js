import { instantiate, kernelsRefused } from './instantiate.js';
import { recurrentBinary } from './recurrent-binary.js';
import { createRecurrentTwin } from './recurrent-twin.js';
let kernels;
let twin;
/** Gives the kernels, instantiated at the first call; their twin where the host refuses WebAssembly. */
export function recurrentKernels() {
    if (!kernelsRefused()) {
        kernels ??= load() ?? createRecurrentTwin();
        return kernels;
    }
    twin ??= createRecurrentTwin();
    return twin;
}
const PAGE_BYTES = 65536;
function load() {
    const run = instantiate(recurrentBinary);
    if (run === null)
        return null;
    const { memory } = run;
    const base = run.HEAP.value;
    const at = (position) => base + 4 * position;
    const atOrNone = (position) => (position === undefined ? 0 : at(position));
    const sizesOf = ({ rows, width }) => [rows, 4 * width];
    let heap = new Float32Array(memory.buffer, base);
    return {
        reserve(floats) {
            const missing = at(floats) - memory.buffer.byteLength;
            if (missing > 0) {
                memory.grow(Math.ceil(missing / PAGE_BYTES));
                heap = new Float32Array(memory.buffer, base);
            }
            return heap;
        },
        gemm(a, b, c, rows, columns, inner) {
            run.gemm(at(a.at), 4 * a.rowStride, 4 * a.columnStride, at(b.at), 4 * b.rowStride, 4 * b.columnStride, at(c.at), 4 * c.rowStride, rows, columns, inner);
        },
        pack(b, inner, columns, to) {
            run.pack(at(b.at), 4 * b.rowStride, 4 * b.columnStride, inner, columns, at(to));
        },
        gemmPacked(a, b, c, rows, columns, inner) {
            run.gemmPacked(at(a.at), 4 * a.rowStride, 4 * a.columnStride, at(b), at(c.at), 4 * c.rowStride, rows, columns, inner);
        },
        transpose(from, rows, columns, to) {
            run.transpose(at(from), rows, columns, at(to));
        },
        copyRows(from, to, outer, inner, width) {
            run.copyRows(at(from.at), 4 * from.outer, 4 * from.inner, at(to.at), 4 * to.outer, 4 * to.inner, outer, inner, 4 * width);
        },
        clearMasked(mask, to, rows, width) {
            run.clearMasked(at(mask), at(to), rows, 4 * width);
        },
        addRows(from, to, rows, width) {
            run.addRows(at(from), at(to), rows, 4 * width);
        },
        multiply(x, y, to, size) {
            run.multiply(at(x), at(y), at(to), 4 * size);
        },
        clipElements(x, limit, size) {
            run.clipElements(at(x), limit, 4 * size);
        },
        clipRows(x, y, limit, rows, width) {
            run.clipRows(at(x), atOrNone(y), limit, rows, 4 * width);
        },
        squares(x, size) {
            return run.squares(at(x), 4 * size);
        },
        gateSums(z, rowWidth, mask, rows, units, to) {
            run.gateSums(at(z), 4 * rowWidth, atOrNone(mask), rows, units, at(to));
        },
        lstmForward(step, hBefore, h) {
            const { z, cBefore, mask, c, hard } = step;
            const states = [at(z), at(cBefore), at(hBefore), atOrNone(mask), at(c), at(h)];
            run.lstmForward(...states, ...sizesOf(step), Number(hard));
        },
        lstmBackward(step, dh, dc) {
            const { z, cBefore, mask, c, hard } = step;
            const states = [at(z), at(cBefore), at(c), atOrNone(mask), at(dh), at(dc)];
            return run.lstmBackward(...states, ...sizesOf(step), Number(hard));
        },
        gruGates(step) {
            run.gruGates(at(step.z), step.gates, ...sizesOf(step), Number(step.hard));
        },
        gruReset(step, h, to) {
            run.gruReset(at(step.z), at(h), at(to), ...sizesOf(step));
        },
        gruForward(step, h) {
            const { z, gates, hBefore, mask } = step;
            run.gruForward(at(z), gates, at(hBefore), atOrNone(mask), at(h), ...sizesOf(step));
        },
        gruBackward(step, dh) {
            const { z, gates, hBefore, mask, hard } = step;
            run.gruBackward(at(z), gates, at(hBefore), atOrNone(mask), at(dh), ...sizesOf(step), Number(hard));
        },
        gruResetBackward(step, h, p, to) {
            run.gruResetBackward(at(step.z), at(h), at(p), at(to), ...sizesOf(step), Number(step.hard));
        },
    };
}
