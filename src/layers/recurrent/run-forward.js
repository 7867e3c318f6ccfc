import { cellSteps } from './cell-steps.js';
import { loadSequence, moveTime, readState } from './sequence-heap.js';
import { planSequence } from './sequence-plan.js';
/**
 * Runs a cell over a sequence.
 *
 * @param trace - Filled for the backward pass.
 * @param last - Filled with the final states [batch, units].
 */
export function runForward(kernels, shape, inputs, trace, last) {
    const plan = planSequence(shape, inputs.keep !== undefined);
    const heap = loadSequence(kernels, plan, inputs);
    const { at, time, batch, units, width, inputGates, row, state, chunk } = plan;
    const steps = cellSteps(kernels, plan, inputs.mask !== undefined);
    const kernelRow = inputGates * width;
    heap.set(biasRow(plan, inputs.bias), at.bias);
    kernels.pack({ at: at.kernel, rowStride: kernelRow, columnStride: 1 }, plan.inputs, kernelRow, at.packedKernel);
    steps.prepareForward();
    for (let first = 0; first < time; first += chunk) {
        const rows = Math.min(chunk, time - first) * batch;
        const z = at.z + first * batch * row;
        kernels.copyRows({ at: at.bias, outer: 0, inner: 0 }, { at: z, outer: 0, inner: row }, 1, rows, row);
        const x = { at: at.x + first * batch * plan.inputs, rowStride: plan.inputs, columnStride: 1 };
        kernels.gemmPacked(x, at.packedKernel, { at: z, rowStride: row }, rows, kernelRow, plan.inputs);
        for (let t = first; t < Math.min(first + chunk, time); t++) {
            steps.forward(t);
            const next = (t + 1) * state;
            if (inputs.keep)
                kernels.multiply(at.hidden + next, at.keep, at.dropped + next, state);
        }
    }
    if (trace.hidden) {
        moveTime(kernels, plan, 'out', at.hidden + state, units, width, false);
        trace.hidden.set(heap.subarray(at.batchMajor, at.batchMajor + time * batch * units));
    }
    trace.gates?.set(heap.subarray(at.z, at.z + time * batch * row));
    trace.cells?.set(heap.subarray(at.cells + state, at.cells + (time + 1) * state));
    readState(heap, plan, at.hidden + time * state, last.hidden);
    readState(heap, plan, at.cells + time * state, last.cell);
}
/** A row of z before input and state say anything. */
function biasRow({ units, width, inputGates, row }, bias) {
    const values = new Float32Array(row);
    if (!bias)
        return values;
    const rows = bias.length / (inputGates * units);
    for (let gate = 0; gate < inputGates; gate++) {
        for (let unit = 0; unit < units; unit++) {
            const at = gate * units + unit;
            values[gate * width + unit] = bias[at];
            if (rows < 2)
                continue;
            const recurrent = bias[inputGates * units + at];
            if (gate === 2)
                values[3 * width + unit] = recurrent;
            else
                values[gate * width + unit] = bias[at] + recurrent;
        }
    }
    return values;
}
