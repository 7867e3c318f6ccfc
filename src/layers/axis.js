/** An axis counted from the front, of a size that is known and not that of the batch. */
export function featureAxis(name, axis, shape) {
    const at = axis < 0 ? axis + shape.length : axis;
    const got = `got ${axis} for shape [${shape.map(String).join(', ')}]`;
    if (!(Number.isInteger(at) && at > 0 && at < shape.length)) {
        throw new RangeError(`${name}: axis must be one of the input's, and not that of the batch, ${got}`);
    }
    if (shape[at] === null) {
        throw new RangeError(`${name}: axis must have a known size, ${got}; name it in inputShape`);
    }
    return at;
}
/** Throws unless epsilon is a positive finite number. */
export function assertEpsilon(name, epsilon) {
    if (!(epsilon > 0 && epsilon < Infinity)) {
        throw new RangeError(`${name}: epsilon must be a positive finite number, got ${epsilon}`);
    }
}
