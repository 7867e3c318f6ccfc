import { packedLength } from '../../kernels/matrix.js';
export function cellSteps(kernels, plan, hasMask) {
    return plan.cell === 'lstm' ? lstmSteps(kernels, plan, hasMask) : gruSteps(kernels, plan, hasMask);
}
function addresses(kernels, plan, hasMask) {
    const { at, batch, width, row, hard, state } = plan;
    return {
        stepAt: (time) => ({
            z: at.z + time * batch * row,
            mask: hasMask ? at.mask + time * batch : undefined,
            rows: batch,
            width,
            hard,
        }),
        stateAt: (region, time) => at[region] + time * state,
        multiply(a, packed, c, columns, inner) {
            kernels.gemmPacked({ ...a, columnStride: 1 }, packed, c, batch, columns, inner);
        },
        part: (gate) => at.recurrentKernel + gate * width,
    };
}
function lstmSteps(kernels, plan, hasMask) {
    const { at, units, width, row, state } = plan;
    const { stepAt, stateAt, multiply } = addresses(kernels, plan, hasMask);
    const lstmStep = (time) => ({
        ...stepAt(time),
        cBefore: stateAt('cells', time),
        c: stateAt('cells', time + 1),
    });
    return {
        prepareForward() {
            const recurrent = { at: at.recurrentKernel, rowStride: row, columnStride: 1 };
            kernels.pack(recurrent, units, row, at.packedRecurrent);
        },
        forward(time) {
            const step = lstmStep(time);
            const before = { at: stateAt('dropped', time), rowStride: width };
            multiply(before, at.packedRecurrent, { at: step.z, rowStride: row }, row, units);
            kernels.lstmForward(step, stateAt('hidden', time), stateAt('hidden', time + 1));
        },
        prepareBackward() {
            const transposed = { at: at.recurrentKernel, rowStride: 1, columnStride: row };
            kernels.pack(transposed, row, units, at.packedRecurrent);
        },
        backward(time) {
            const step = lstmStep(time);
            const squares = kernels.lstmBackward(step, at.dh, at.dc);
            kernels.reserve(0).fill(0, at.through, at.through + state);
            const through = { at: at.through, rowStride: width };
            multiply({ at: step.z, rowStride: row }, at.packedRecurrent, through, units, row);
            return squares;
        },
        recurrentGradient(firstRow, rows) {
            kernels.gemm({ at: at.dropped + firstRow * width, rowStride: 1, columnStride: width }, { at: at.z + firstRow * row, rowStride: row, columnStride: 1 }, { at: at.dRecurrentKernel, rowStride: row }, units, row, rows);
        },
    };
}
function gruSteps(kernels, plan, hasMask) {
    const { at, units, width, row, state, gates, resetAfter } = plan;
    const { stepAt, stateAt, multiply, part } = addresses(kernels, plan, hasMask);
    const weightRow = 3 * width;
    const gruStep = (time) => ({ ...stepAt(time), gates, hBefore: stateAt('hidden', time) });
    /** What the candidate hears of the state goes into a gate of its own where the reset acts on it. */
    const candidate = resetAfter ? 3 : 2;
    const packedCandidate = at.packedRecurrent + packedLength(width, 2 * width);
    const packedCandidateBack = at.packedRecurrent + packedLength(2 * width, units);
    const resetAt = (time) => at.reset + time * state;
    return {
        prepareForward() {
            const [gatesAt, candidateAt] = [part(0), part(2)];
            kernels.pack({ at: gatesAt, rowStride: weightRow, columnStride: 1 }, units, 2 * width, at.packedRecurrent);
            kernels.pack({ at: candidateAt, rowStride: weightRow, columnStride: 1 }, units, width, packedCandidate);
        },
        forward(time) {
            const step = gruStep(time);
            const before = { at: stateAt('dropped', time), rowStride: width };
            multiply(before, at.packedRecurrent, { at: step.z, rowStride: row }, 2 * width, units);
            kernels.gruGates(step);
            const heard = { at: step.z + candidate * width, rowStride: row };
            if (!resetAfter)
                kernels.gruReset(step, before.at, at.reset);
            const said = resetAfter ? before : { at: at.reset, rowStride: width };
            multiply(said, packedCandidate, heard, width, units);
            kernels.gruForward(step, stateAt('hidden', time + 1));
        },
        prepareBackward() {
            const [gatesAt, candidateAt] = [part(0), part(2)];
            kernels.pack({ at: gatesAt, rowStride: 1, columnStride: weightRow }, 2 * width, units, at.packedRecurrent);
            kernels.pack({ at: candidateAt, rowStride: 1, columnStride: weightRow }, width, units, packedCandidateBack);
        },
        backward(time) {
            const step = gruStep(time);
            kernels.gruBackward(step, at.dh);
            kernels.reserve(0).fill(0, at.through, at.through + state);
            const through = { at: at.through, rowStride: width };
            const heard = { at: step.z + candidate * width, rowStride: row };
            multiply(heard, packedCandidateBack, through, units, width);
            if (!resetAfter)
                kernels.gruResetBackward(step, stateAt('dropped', time), at.through, resetAt(time));
            multiply({ at: step.z, rowStride: row }, at.packedRecurrent, through, units, 2 * width);
            return 0;
        },
        recurrentGradient(firstRow, rows) {
            const gatesOf = (gate) => ({
                at: at.z + firstRow * row + gate * width,
                rowStride: row,
                columnStride: 1,
            });
            const states = (from) => ({ at: from + firstRow * width, rowStride: 1, columnStride: width });
            const into = (gate) => ({ at: at.dRecurrentKernel + gate * width, rowStride: weightRow });
            kernels.gemm(states(at.dropped), gatesOf(0), into(0), units, 2 * width, rows);
            const said = resetAfter ? at.dropped : at.reset;
            kernels.gemm(states(said), gatesOf(candidate), into(2), units, width, rows);
        },
    };
}
