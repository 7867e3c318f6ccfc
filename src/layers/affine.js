import { add, mul, reshape } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
/** What stands in files: of both, of gamma alone. */
const gammaKeys = ['scale', 'gammaInitializer', 'gammaRegularizer'];
const betaKeys = ['center', 'betaInitializer', 'betaRegularizer'];
/** @param gammaName - Of the weight, in files and records. */
export function affine(options, gammaName = 'gamma') {
    return parse(options, gammaName, [...gammaKeys, ...betaKeys]);
}
/** gamma x. */
export function scaling(options, gammaName) {
    return parse({ ...options, center: false }, gammaName, gammaKeys);
}
function parse(options, gammaName, keys) {
    const { scale = true, center = true, gammaInitializer, betaInitializer } = options;
    const { gammaRegularizer, betaRegularizer } = options;
    // tfjs keeps its readers of names and of saved objects to itself; a layer that takes the same options lends them.
    const lender = layers.layerNormalization({
        name: 'lender',
        scale,
        center,
        ...(gammaInitializer && { gammaInitializer }),
        ...(betaInitializer && { betaInitializer }),
        ...(gammaRegularizer && { gammaRegularizer }),
        ...(betaRegularizer && { betaRegularizer }),
    });
    const parsed = lender;
    const saved = lender.getConfig();
    let gamma;
    let beta;
    return {
        config: Object.fromEntries(keys.map((key) => [key, saved[key] ?? null])),
        build(shape, addWeight) {
            if (scale)
                gamma = addWeight(gammaName, shape, parsed.gammaInitializer, parsed.gammaRegularizer);
            if (center)
                beta = addWeight('beta', shape, parsed.betaInitializer, parsed.betaRegularizer);
        },
        apply(x, shape) {
            const scaled = gamma ? mul(x, reshape(gamma.read(), shape)) : x;
            return beta ? add(scaled, reshape(beta.read(), shape)) : scaled;
        },
    };
}
