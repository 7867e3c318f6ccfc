import { packedLength } from '../../kernels/matrix.js';
const CHUNK_ROWS = 256;
/** Lays out a sequence. */
export function planSequence(shape, hasKeep) {
    const { cell, resetAfter, time, batch, inputs, units } = shape;
    const width = 8 * Math.ceil(units / 8);
    const inputGates = cell === 'lstm' ? 4 : 3;
    const gates = cell === 'gru' && !resetAfter ? 3 : 4;
    const state = batch * width;
    const row = gates * width;
    const sizes = {
        batchMajor: Math.max(time * batch, inputGates * units) * Math.max(inputs, units),
        x: time * batch * inputs,
        mask: time * batch,
        kernel: inputs * inputGates * width,
        recurrentKernel: units * inputGates * width,
        bias: row,
        packedKernel: Math.max(packedLength(inputs, inputGates * width), packedLength(inputGates * width, inputs)),
        packedRecurrent: 2 * packedLength(width, inputGates * width),
        z: time * batch * row,
        cells: cell === 'lstm' ? (time + 1) * state : 0,
        hidden: (time + 1) * state,
        dropped: hasKeep ? (time + 1) * state : 0,
        keep: hasKeep ? state : 0,
        reset: gates === 3 ? time * state : 0,
        dy: time * state,
        dx: time * batch * inputs,
        dh: state,
        dc: state,
        through: state,
        dKernel: inputs * inputGates * width,
        dRecurrentKernel: units * inputGates * width,
        dBias: row,
        sums: 2,
    };
    let floats = 0;
    const at = {};
    for (const [name, size] of Object.entries(sizes)) {
        at[name] = floats;
        floats += 4 * Math.ceil(size / 4);
    }
    if (!hasKeep)
        at.dropped = at.hidden;
    const chunk = Math.max(1, Math.ceil(CHUNK_ROWS / batch));
    return { ...shape, width, inputGates, gates, state, row, chunk, at, floats };
}
