import { engine, getBackend, getGradient, getKernel, registerGradient, registerKernel, } from '@tensorflow/tfjs-core';
import { recurrentKernels } from '../../kernels/recurrent-kernels.js';
import { hostMemoryOf } from '../../layout/host-memory.js';
import { runBackward } from './run-backward.js';
import { runForward } from './run-forward.js';
import { traceSizes } from './sequence.js';
const forwardName = 'GradientHealthRecurrent';
const gradientName = 'GradientHealthRecurrentGradient';
const emptyName = 'GradientHealthEmpty';
/** What lies in the heap of the kernels now, if it is the backward pass of a job. */
let inHeap;
/**
 * Runs a cell over a sequence on a backend whose tensors this thread can see; `undefined` on others.
 *
 * It is one kernel of tfjs and one node on the tape. What the backward pass needs is kept in tensors that the kernel fills
 * though they are its inputs: as outputs, tfjs would make gradients of their size for them.
 *
 * @returns The output and the final states.
 */
export function hostSequence(tensors, options) {
    const backendName = getBackend();
    const memory = hostMemoryOf[backendName];
    if (memory === undefined)
        return undefined;
    if (!getKernel(forwardName, backendName))
        register(backendName, memory);
    const given = { ...tensors, ...(engine().isTapeOn() && emptyTrace(options)) };
    const entries = Object.entries(given).filter(([, tensor]) => tensor !== undefined);
    const attributes = { ...options, names: entries.map(([name]) => name) };
    const inputs = entries.map(([, tensor]) => tensor);
    return engine().runKernel(forwardName, inputs, attributes);
}
function emptyTrace({ shape, returnSequences }) {
    const { gates, cells } = traceSizes(shape);
    const empty = (size) => engine().runKernel(emptyName, {}, { size });
    return {
        gates: empty(gates),
        ...(cells > 0 && { cells: empty(cells) }),
        ...(!returnSequences && { states: empty(shape.batch * shape.time * shape.units) }),
    };
}
function register(backendName, memory) {
    registerKernel({
        kernelName: emptyName,
        backendName,
        kernelFunc: ({ backend: owner, attrs }) => memory.allocate(owner, [attrs.size]),
    });
    registerKernel({
        kernelName: forwardName,
        backendName,
        kernelFunc({ inputs, backend: owner, attrs }) {
            const options = attrs;
            const { batch, time, units, cell } = options.shape;
            const states = cell === 'lstm' ? 2 : 1;
            const outputs = [
                memory.allocate(owner, options.returnSequences ? [batch, time, units] : [batch, units]),
                ...Array.from({ length: states }, () => memory.allocate(owner, [batch, units])),
            ];
            const [output, hidden, cellState] = memory.views(owner, outputs);
            const arrays = named(memory, owner, inputs, options.names);
            inHeap = undefined;
            const sequence = options.returnSequences ? output : arrays.states;
            const trace = {
                ...(sequence && { hidden: sequence }),
                ...(arrays.gates && { gates: arrays.gates }),
                ...(arrays.cells && { cells: arrays.cells }),
            };
            runForward(recurrentKernels(), options.shape, arrays, trace, { hidden, cell: cellState });
            if (!options.returnSequences && hidden)
                output?.set(hidden);
            return outputs;
        },
    });
    registerKernel({
        kernelName: gradientName,
        backendName,
        kernelFunc({ inputs, backend: owner, attrs }) {
            const { job, name, at } = attrs;
            const tensors = inputs;
            const gradients = inHeap?.job === job ? inHeap.gradients : goBack(memory, owner, tensors, job);
            const output = memory.allocate(owner, tensors[at].shape);
            const [values] = memory.views(owner, [output]);
            if (values)
                gradients.into(name, values);
            return output;
        },
    });
    if (getGradient(forwardName))
        return;
    registerGradient({ kernelName: forwardName, saveAllInputs: true, outputsToSave: [true], gradFunc });
}
function named(memory, owner, tensors, names) {
    const views = memory.views(owner, tensors.slice(0, names.length));
    return Object.fromEntries(names.map((name, index) => [name, views[index]]));
}
const differentiable = ['x', 'kernel', 'recurrentKernel', 'bias', 'hidden', 'cell'];
const gradFunc = (dy, saved, attrs) => {
    const options = attrs;
    const job = { ...options, observed: false };
    const inputs = [...saved, ...(Array.isArray(dy) ? dy : [dy])];
    const gradients = options.names.flatMap((name, at) => {
        if (!differentiable.includes(name))
            return [];
        const attributes = { job, name, at };
        return [[at, () => engine().runKernel(gradientName, inputs, attributes)]];
    });
    return Object.fromEntries(gradients);
};
function goBack(memory, owner, tensors, job) {
    const { names, shape, limits, returnSequences, listener } = job;
    const arrays = named(memory, owner, tensors, names);
    const [output, dOutput, dHidden, dCell] = memory.views(owner, tensors.slice(names.length));
    const hidden = returnSequences ? output : arrays.states;
    if (!hidden || !arrays.gates)
        throw new Error('The forward pass ran outside of a gradient.');
    const trace = { hidden, gates: arrays.gates, cells: arrays.cells ?? new Float32Array(0) };
    const last = dHidden && !returnSequences && dOutput ? dHidden.map((value, at) => value + (dOutput[at] ?? 0)) : dHidden;
    const dy = { sequence: returnSequences ? dOutput : undefined, hidden: last, cell: dCell };
    // A pass that has to run again, for its heap was needed in between, is not observed twice.
    const observe = listener && !job.observed ? listener.sums : undefined;
    job.observed = true;
    const gradients = runBackward(recurrentKernels(), shape, arrays, trace, dy, limits, observe);
    inHeap = { job, gradients };
    return gradients;
}
