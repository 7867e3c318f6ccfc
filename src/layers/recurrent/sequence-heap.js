/** Copies the inputs into the heap, padded and time first. */
export function loadSequence(kernels, plan, inputs) {
    const heap = kernels.reserve(plan.floats);
    const { at, time, batch, units, width, inputGates, state } = plan;
    const place = (region, values) => {
        if (units === width) {
            heap.set(values, at[region]);
            return;
        }
        heap.set(values, at.batchMajor);
        const rows = values.length / (inputGates * units);
        heap.fill(0, at[region], at[region] + rows * inputGates * width);
        const from = { at: at.batchMajor, outer: inputGates * units, inner: units };
        kernels.copyRows(from, { at: at[region], outer: inputGates * width, inner: width }, rows, inputGates, units);
    };
    place('kernel', inputs.kernel);
    place('recurrentKernel', inputs.recurrentKernel);
    heap.set(inputs.x, at.batchMajor);
    moveTime(kernels, plan, 'in', at.x, plan.inputs, plan.inputs, plan.reversed);
    if (inputs.mask) {
        heap.set(inputs.mask, at.batchMajor);
        moveTime(kernels, plan, 'in', at.mask, 1, 1, plan.reversed);
        // Padding may hold anything, NaN too: as zeros it stays out of every product.
        kernels.clearMasked(at.mask, at.x, time * batch, plan.inputs);
    }
    placeState(heap, plan, at.hidden, inputs.hidden);
    if (plan.cell === 'lstm')
        placeState(heap, plan, at.cells, inputs.cell);
    if (inputs.keep) {
        placeState(heap, plan, at.keep, inputs.keep);
        kernels.multiply(at.hidden, at.keep, at.dropped, state);
    }
    return heap;
}
/** Copies between [batch, time, ...] at `batchMajor` and [time, batch, ...]. */
export function moveTime(kernels, { at, time, batch }, way, timeMajor, size, rowSize, reversed) {
    const batchFirst = {
        at: at.batchMajor + (reversed ? (time - 1) * size : 0),
        outer: time * size,
        inner: reversed ? -size : size,
    };
    const timeFirst = { at: timeMajor, outer: rowSize, inner: batch * rowSize };
    const [from, to] = way === 'in' ? [batchFirst, timeFirst] : [timeFirst, batchFirst];
    kernels.copyRows(from, to, batch, time, size);
}
/** Writes [batch, units] into padded rows; zeros where there is nothing. */
export function placeState(heap, { batch, units, width, state }, to, values) {
    heap.fill(0, to, to + state);
    for (let row = 0; values && row < batch; row++) {
        heap.set(values.subarray(row * units, (row + 1) * units), to + row * width);
    }
}
/** Reads padded rows into [batch, units]. */
export function readState(heap, { batch, units, width }, from, to) {
    for (let row = 0; to && row < batch; row++) {
        to.set(heap.subarray(from + row * width, from + row * width + units), row * units);
    }
}
