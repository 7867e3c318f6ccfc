import { layers } from '@tensorflow/tfjs-layers';
import { createRecurrent } from './create-recurrent.js';
/** As it stands in saved models where the gradient through time is limited, and in those of layers without weights. */
export const lstmClass = {
    className: 'GradientHealthLSTM',
    create: (config) => lstm({ defaults: 'tfjs', ...config }),
};
/**
 * Creates an LSTM that computes its whole sequence, and its gradient, in one go: on the wasm backend a training step takes a
 * small part of the time of `tf.layers.lstm`, and a seventh of its memory.
 *
 * i, f, o = sigmoid(x W + h' U + b), g = tanh(x W + h' U + b), c = f c' + i g, h = o tanh(c), element by element, with h' and
 * c' of the time step before. Weights are those of tfjs and Keras: kernel [inputs, 4 units], recurrent_kernel
 * [units, 4 units], bias [4 units], gates in the order i f g o.
 *
 * It takes x [batch, time, inputs] and gives [batch, units], or [batch, time, units] with `returnSequences`. It is a layer of
 * tfjs in all else: masks, initial states, `bidirectional`, `timeDistributed`, saved files. Masked steps keep the states, and a
 * NaN in them stays out. NaN elsewhere spreads over its sample.
 *
 * Saved as `LSTM`, which plain tfjs and Keras load; with a limit on the gradient through time it needs {@link register}. Pass a
 * loaded model to {@link fuse} to have it fused again. Gradients of gradients do not pass through it on cpu and wasm.
 *
 * @throws RangeError for an option out of range.
 * @remarks Cost: 8 batch time units (inputs + units) operations forward, twice that backward; 6 batch time units floats held
 *   in between. On cpu and wasm it is one kernel, on other backends operations of tfjs. Source: Hochreiter, Schmidhuber
 *   (1997), Gers et al. (2000).
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { sequential } from '@tensorflow/tfjs-layers';
 * import { layers } from 'gradient-health';
 *
 * const model = sequential({ layers: [layers.lstm({ units: 4, inputShape: [10, 3] })] });
 * console.log(model.predict(ones([2, 10, 3])).shape.join(' x '));
 * // 2 x 4
 * ```
 */
export function lstm(options) {
    const { defaults = 'keras', unitForgetBias = defaults === 'keras' } = options;
    return createRecurrent({
        name: 'lstm',
        className: 'LSTM',
        own: lstmClass,
        resetAfter: false,
        create: (filled) => layers.lstm({ ...filled, units: options.units, unitForgetBias }),
    }, options);
}
