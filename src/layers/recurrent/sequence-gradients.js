import { moveTime, readState } from './sequence-heap.js';
/** What is left in the heap after the backward pass, turned into gradients when asked for. */
export function gradientsIn(kernels, plan, heap, steps, kernelRow) {
    const { at, time, batch, units, width, inputs, inputGates, row } = plan;
    const rows = time * batch;
    const inChunks = (use) => {
        const chunk = plan.chunk * batch;
        for (let first = 0; first < rows; first += chunk)
            use(first, Math.min(chunk, rows - first));
    };
    /** Padded rows of all gates, without the padding. */
    const readGates = (from, count, output) => {
        if (units === width) {
            output.set(heap.subarray(from, from + output.length));
            return;
        }
        for (let part = 0; part < count * inputGates; part++) {
            output.set(heap.subarray(from + part * width, from + part * width + units), part * units);
        }
    };
    const into = {
        kernel(output) {
            heap.fill(0, at.dKernel, at.dKernel + inputs * kernelRow);
            inChunks((first, count) => kernels.gemm({ at: at.x + first * inputs, rowStride: 1, columnStride: inputs }, { at: at.z + first * row, rowStride: row, columnStride: 1 }, { at: at.dKernel, rowStride: kernelRow }, inputs, kernelRow, count));
            readGates(at.dKernel, inputs, output);
        },
        recurrentKernel(output) {
            heap.fill(0, at.dRecurrentKernel, at.dRecurrentKernel + units * kernelRow);
            inChunks(steps.recurrentGradient);
            readGates(at.dRecurrentKernel, units, output);
        },
        bias(output) {
            heap.fill(0, at.dBias, at.dBias + row);
            kernels.addRows(at.z, at.dBias, rows, row);
            const gates = inputGates * units;
            readGates(at.dBias, 1, output.subarray(0, gates));
            if (output.length === gates)
                return;
            output.copyWithin(gates, 0, 2 * units);
            output.set(heap.subarray(at.dBias + 3 * width, at.dBias + 3 * width + units), gates + 2 * units);
        },
        x(output) {
            const transposed = { at: at.kernel, rowStride: 1, columnStride: kernelRow };
            kernels.pack(transposed, kernelRow, inputs, at.packedKernel);
            heap.fill(0, at.dx, at.dx + rows * inputs);
            inChunks((first, count) => {
                const z = { at: at.z + first * row, rowStride: row, columnStride: 1 };
                const dx = { at: at.dx + first * inputs, rowStride: inputs };
                kernels.gemmPacked(z, at.packedKernel, dx, count, inputs, kernelRow);
            });
            moveTime(kernels, plan, 'out', at.dx, inputs, inputs, plan.reversed);
            output.set(heap.subarray(at.batchMajor, at.batchMajor + rows * inputs));
        },
        hidden: (output) => readState(heap, plan, at.dh, output),
        cell: (output) => readState(heap, plan, at.dc, output),
    };
    return { into: (name, output) => into[name](output) };
}
