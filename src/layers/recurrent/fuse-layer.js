import { cast, clone, dispose, dropout, expandDims, keep, mul, ones, tidy, } from '@tensorflow/tfjs-core';
import { listenThroughTime, throughTimeListener } from '../../layout/through-time.js';
import { runSequence } from './run-sequence.js';
/** The cell of a recurrent layer of tfjs. */
export const cellOf = ({ cell }) => cell;
/** Whether this is a recurrent layer of tfjs whose cell the fused computation has. */
export function isFusable(layer) {
    const { cell } = layer;
    if (!cell || !['LSTMCell', 'GRUCell'].includes(cell.getClassName()))
        return false;
    const { activation, recurrentActivation } = cell;
    return (activation.getClassName() === 'tanh' &&
        ['sigmoid', 'hardSigmoid'].includes(recurrentActivation.getClassName()));
}
/**
 * Makes a recurrent layer of tfjs compute its whole sequence at once. It stays what it is in all else, so that weights,
 * configuration, states and wrappers are those of tfjs.
 */
export function fuseLayer(layer, { resetAfter, limits }) {
    listenThroughTime(layer, undefined);
    layer.call = (inputs, kwargs) => tidy(() => {
        const [input] = Array.isArray(inputs) ? inputs : [inputs];
        if (!input)
            throw new RangeError(`${layer.name}: expected an input, got none`);
        const cell = cellOf(layer);
        const [batch = 0, time = 0, size = 0] = input.shape;
        const shape = {
            cell: cell.getClassName() === 'LSTMCell' ? 'lstm' : 'gru',
            resetAfter,
            hard: cell.recurrentActivation.getClassName() === 'hardSigmoid',
            reversed: layer.goBackwards,
            time,
            batch,
            inputs: size,
            units: cell.units,
        };
        const { mask, initialState, training } = asGiven(kwargs);
        const masks = training ? dropoutMasks(cell, batch, size) : {};
        const x = toFloat(input);
        const states = initialState ?? (layer.stateful ? layer.getStates() : []);
        const [output, ...last] = runSequence({
            x: masks.input ? mul(x, expandDims(masks.input, 1)) : x,
            kernel: cell.kernel.read(),
            recurrentKernel: cell.recurrentKernel.read(),
            bias: cell.bias?.read(),
            hidden: states[0] && toFloat(states[0]),
            cell: states[1] && toFloat(states[1]),
            mask: mask && toFloat(mask),
            keep: masks.state,
        }, { shape, limits, returnSequences: layer.returnSequences, listener: throughTimeListener(layer) });
        if (layer.stateful) {
            const before = layer.getStates();
            layer.setStates(last.map((state) => keep(clone(state))));
            dispose(before.filter((state) => state != null));
        }
        return layer.returnState ? [output, ...last] : output;
    });
}
const toFloat = (x) => (x.dtype === 'float32' ? x : cast(x, 'float32'));
/** What tfjs hands to a recurrent layer, `null` where it has nothing. */
function asGiven(kwargs) {
    const { mask, initialState, training } = { ...kwargs };
    const list = (value) => (Array.isArray(value) ? value : value == null ? [] : [value]);
    const states = list(initialState);
    return {
        mask: list(mask)[0],
        initialState: states.length > 0 ? states : undefined,
        training: training === true,
    };
}
/** Drawn anew at each call, and the same for all time steps (arXiv 1512.05287). */
function dropoutMasks({ dropout: inputRate, recurrentDropout, dropoutFunc, units }, batch, size) {
    const draw = (width, rate) => (dropoutFunc ?? dropout)(ones([batch, width]), rate);
    const drops = (rate) => rate > 0 && rate < 1;
    return {
        ...(drops(inputRate) && { input: draw(size, inputRate) }),
        ...(drops(recurrentDropout) && { state: draw(units, recurrentDropout) }),
    };
}
