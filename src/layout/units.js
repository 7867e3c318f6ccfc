/**
 * The axes to reduce over for the norm of one output unit: all the weights that one unit sums over.
 *
 * | kind | shape | a unit is | axes |
 * |---|---|---|---|
 * | `dense` | [in, out] | a column | [0] |
 * | `conv` | [...k, in, out] | an output channel | all but the last |
 * | `depthwise` | [...k, in, multiplier] | an (input channel, multiplier) pair | all but the last two |
 * | `transposed` | [...k, out, in] | an output channel | all but the last but one |
 * | `recurrent` | [...k, in, gates x units] | one gate of one unit | all but the last |
 * | `embedding` | [vocabulary, dim] | a row | [1] |
 * | `vector`, `unknown` | any | the whole weight | all |
 *
 * A scalar has no axes: the result is empty.
 */
export function unitAxes(kind, shape) {
    const kept = keptAxes(kind, shape.length);
    return shape.map((_, axis) => axis).filter((axis) => !kept.includes(axis));
}
function keptAxes(kind, rank) {
    switch (kind) {
        case 'vector':
        case 'unknown':
            return [];
        case 'embedding':
            return [0];
        case 'transposed':
            return [rank - 2];
        case 'depthwise':
            return [rank - 2, rank - 1];
        default:
            return [rank - 1];
    }
}
