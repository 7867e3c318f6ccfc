import { instantiate, kernelsRefused } from './instantiate.js';
import { statisticsBinary } from './statistics-binary.js';
/** Below this length the twins are faster than a copy into the kernels' memory and a call. */
export const KERNEL_FROM = 96;
let kernels;
/** Gives the kernels, instantiated at the first call; `null` where the twins have to do. */
export function statisticsKernels() {
    if (kernelsRefused())
        return null;
    if (kernels === undefined)
        kernels = load();
    return kernels;
}
function load() {
    const run = instantiate(statisticsBinary);
    if (run === null)
        return null;
    const { buffer } = run.memory;
    return {
        run,
        a: new Float32Array(buffer, run.A.value, run.CHUNK.value),
        b: new Float32Array(buffer, run.B.value, run.CHUNK.value),
        table: new Uint32Array(buffer, run.TABLES.value, 1024),
        totals: new Float64Array(buffer, run.TOTALS.value, 9),
    };
}
