import { add, clipByValue, concat, customGrad, div, expandDims, matMul, maximum, mul, neg, notEqual, reshape, sigmoid, split, sqrt, square, stack, sum, tanh, transpose, unstack, where, zeros, zerosLike, } from '@tensorflow/tfjs-core';
/**
 * Runs a cell over a sequence by operations of tfjs, on any backend; as {@link hostSequence} in all else. The input is
 * multiplied for all time steps at once. Gradients are those of tfjs, but for the limits, which are identities with a
 * gradient of their own.
 */
export function tensorSequence(tensors, options) {
    const { shape, limits, listener } = options;
    const { time, batch, units, cell, reversed } = shape;
    const masks = tensors.mask && unstack(notEqual(expandDims(transpose(tensors.mask), 2), 0));
    const inputs = unstack(inputProducts(tensors, options));
    const step = cell === 'lstm' ? lstmStep(tensors, options) : gruStep(tensors, options);
    const initial = (given) => given ?? zeros([batch, units]);
    let states = [initial(tensors.hidden), ...(cell === 'lstm' ? [initial(tensors.cell)] : [])];
    const outputs = [];
    for (let index = 0; index < time; index++) {
        const at = reversed ? time - 1 - index : index;
        const cut = limits.truncateAfter !== undefined && index > 0 && index % limits.truncateAfter === 0;
        const before = limited(states, limits, cut);
        const taken = step(inputs[at], before, index);
        const mask = masks?.[at];
        const next = mask ? taken.map((state, which) => where(mask, state, before[which])) : taken;
        states = listener
            ? next.map((state, which) => heard(state, (dy) => listener.gradient(which === 0 ? 'hidden' : 'cell', index, dy)))
            : next;
        if (options.returnSequences)
            outputs.push(states[0]);
    }
    return [options.returnSequences ? stack(outputs, 1) : states[0], ...states];
}
/** What the input says to the gates, for all time steps: [time, batch, gates x units]. */
function inputProducts({ x, kernel, bias, mask }, { shape }) {
    const { time, batch, inputs, resetAfter } = shape;
    // Padding may hold anything, NaN too: as zeros it stays out of the product's gradient.
    const clean = mask ? where(notEqual(expandDims(mask, 2), 0), x, zerosLike(x)) : x;
    const flat = reshape(transpose(clean, [1, 0, 2]), [time * batch, inputs]);
    const product = matMul(flat, kernel);
    const offset = bias && resetAfter ? unstack(bias)[0] : bias;
    return reshape(offset ? add(product, offset) : product, [time, batch, -1]);
}
/** By gates of equal width side by side. */
const parts = (z, count) => split(z, count, 1);
const product = (x, y) => matMul(x, y);
const opening = (hard, z) => hard ? clipByValue(add(mul(z, 0.2), 0.5), 0, 1) : sigmoid(z);
function lstmStep({ recurrentKernel, keep }, { shape, listener }) {
    return (input, [hidden, memory]) => {
        const dropped = keep ? mul(hidden, keep) : hidden;
        const [zi, zf, zg, zo] = parts(add(input, product(dropped, recurrentKernel)), 4);
        const [i, f, o] = [zi, zf, zo].map((z) => opening(shape.hard, z));
        listener?.gate('input', i);
        listener?.gate('forget', f);
        listener?.gate('output', o);
        const plain = add(mul(f, memory), mul(i, tanh(zg)));
        return [mul(o, tanh(plain)), plain];
    };
}
function gruStep({ recurrentKernel, bias, keep }, { shape, listener }) {
    const { units, resetAfter, hard } = shape;
    const recurrentBias = bias && resetAfter ? unstack(bias)[1] : undefined;
    const [gateKernel, candidateKernel] = split(recurrentKernel, [2 * units, units], 1);
    return (input, [hidden]) => {
        const before = hidden;
        const dropped = keep ? mul(before, keep) : before;
        const [xz, xr, xn] = parts(input, 3);
        const heard = product(dropped, resetAfter ? recurrentKernel : gateKernel);
        const [hz, hr, hn] = parts(recurrentBias ? add(heard, recurrentBias) : heard, resetAfter ? 3 : 2);
        const z = opening(hard, add(xz, hz));
        const r = opening(hard, add(xr, hr));
        listener?.gate('update', z);
        listener?.gate('reset', r);
        const said = resetAfter ? mul(r, hn) : product(mul(r, dropped), candidateKernel);
        const n = tanh(add(xn, said));
        return [add(mul(z, before), mul(add(neg(z), 1), n))];
    };
}
/** The same tensor, with a gradient of its own. */
function withGradient(x, change) {
    return customGrad((value) => ({
        // A clone: tfjs asks for a new tensor.
        value: add(value, 0),
        gradFunc: (dy) => change(dy),
    }))(x);
}
const heard = (x, hear) => withGradient(x, (dy) => {
    hear(dy);
    return dy;
});
/** The states as the next step sees them: the gradient that comes back is limited. */
function limited(states, { clipValue, clipNorm }, cut) {
    const inTurn = (use, given) => given.map((state) => withGradient(state, use));
    let result = states;
    if (cut)
        result = inTurn(zerosLike, result);
    if (clipNorm !== undefined)
        result = normLimited(result, clipNorm);
    if (clipValue !== undefined)
        result = inTurn((dy) => clipByValue(dy, -clipValue, clipValue), result);
    return result;
}
/** The norm of a sample goes over all its states. */
function normLimited(states, limit) {
    const joined = withGradient(concat([...states], 1), (dy) => {
        const norm = sqrt(sum(square(dy), 1, true));
        return mul(dy, div(limit, maximum(norm, limit)));
    });
    return split(joined, states.length, 1);
}
