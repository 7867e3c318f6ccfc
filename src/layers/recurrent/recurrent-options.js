const gateActivations = ['sigmoid', 'hardSigmoid'];
/** Throws for options that the fused layers do not have. */
export function assertRecurrentOptions(name, options) {
    const { activation, recurrentActivation, defaults } = options;
    if (activation != null && activation !== 'tanh') {
        throw new RangeError(`${name}: activation must be 'tanh', got '${activation}'; use tf.layers.${name}`);
    }
    if (recurrentActivation != null && !gateActivations.includes(recurrentActivation)) {
        throw new RangeError(`${name}: recurrentActivation must be 'sigmoid' or 'hardSigmoid', got '${recurrentActivation}'; use tf.layers.${name}`);
    }
    if (defaults !== undefined && defaults !== 'keras' && defaults !== 'tfjs') {
        throw new RangeError(`${name}: defaults must be 'keras' or 'tfjs', got '${String(defaults)}'`);
    }
    for (const key of ['dropout', 'recurrentDropout']) {
        const rate = options[key] ?? 0;
        if (!(rate >= 0 && rate < 1))
            throw new RangeError(`${name}: ${key} must be in [0, 1), got ${rate}`);
    }
    for (const key of ['recurrentClipValue', 'recurrentClipNorm']) {
        const limit = options[key] ?? 1;
        if (!(limit > 0 && limit < Infinity)) {
            throw new RangeError(`${name}: ${key} must be a positive finite number, got ${limit}`);
        }
    }
    const steps = options.truncateAfter ?? 1;
    if (!(Number.isInteger(steps) && steps > 0)) {
        throw new RangeError(`${name}: truncateAfter must be a positive integer, got ${steps}`);
    }
}
