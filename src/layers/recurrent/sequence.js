import { planSequence } from './sequence-plan.js';
/** How large the arrays of a trace are. */
export function traceSizes(shape) {
    const { time, row, batch, state, cell } = planSequence(shape, false);
    return { gates: time * batch * row, cells: cell === 'lstm' ? time * state : 0 };
}
