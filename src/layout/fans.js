/**
 * Counts the connections of a kernel, by what its axes mean; k is the number of taps (the product of the spatial axes).
 *
 * | kind | shape | fanIn | fanOut |
 * |---|---|---|---|
 * | `dense` | [in, out] | in | out |
 * | `conv` | [...k, in, out] | k in | k out |
 * | `depthwise` | [...k, in, multiplier] | k | k multiplier |
 * | `transposed` | [...k, out, in] | k in | k out |
 * | `recurrent` | [...k, in, gates x units] | k in | k units: each gate is a layer of its own |
 * | `embedding` | [vocabulary, dim] | 1: one row is read | dim |
 * | `vector` | any | 1 | 1 |
 * | `unknown` | rank 2 or more | read as `dense` or `conv` | |
 *
 * tfjs reads every kernel as `dense` or `conv`, so its fan of a depthwise kernel is `in` times too large and those of a
 * transposed kernel are swapped. Strides are not counted: with stride s an output of a transposed convolution sums only
 * about k in / s^2 terms.
 */
export function fans(kind, shape, { gates = 1 } = {}) {
    const rank = shape.length;
    if (kind === 'vector' || rank < 2)
        return { fanIn: 1, fanOut: 1 };
    const beforeLast = shape[rank - 2] ?? 1;
    const last = shape[rank - 1] ?? 1;
    const taps = shape.slice(0, -2).reduce((product, size) => product * size, 1);
    switch (kind) {
        case 'depthwise':
            return { fanIn: taps, fanOut: taps * last };
        case 'transposed':
            return { fanIn: taps * last, fanOut: taps * beforeLast };
        case 'recurrent':
            return { fanIn: taps * beforeLast, fanOut: (taps * last) / gates };
        case 'embedding':
            return { fanIn: 1, fanOut: last };
        default:
            return { fanIn: taps * beforeLast, fanOut: taps * last };
    }
}
