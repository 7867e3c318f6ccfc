import { layers } from '@tensorflow/tfjs-layers';
import type { OwnClass } from '../../init/own-class.js';
import { assertForgetBias } from './assert-forget-bias.js';
import { createRecurrent } from './create-recurrent.js';
import type { RecurrentOptions } from './recurrent-options.js';

/** Options of {@link lstm}. */
export interface LstmOptions extends RecurrentOptions {
  /**
   * Whether the bias of the forget gate starts at 1, so that the memory lasts from the start (Jozefowicz et al. 2015).
   * `false` is needed beside `biasInitializer: initializers.chrono(...)` or `forgetBias(...)`, which fill that gate themselves.
   *
   * @default true
   */
  readonly unitForgetBias?: boolean;
}

/** As it stands in saved models where the gradient through time is limited, and in those of layers without weights. */
export const lstmClass: OwnClass = {
  className: 'GradientHealthLSTM',
  create: (config) => lstm({ defaults: 'tfjs', ...config } as LstmOptions),
};

/**
 * Creates an LSTM that computes its whole sequence, and its gradient, in one go: on the wasm backend a training step takes a
 * small part of the time of `tf.layers.lstm`, and a tenth of its memory.
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
 * @remarks Cost: 8 batch time units (inputs + units) operations forward, twice that backward; 4 batch time units floats held
 *   in between. On cpu and wasm it is one kernel, on other backends operations of tfjs. Source: Hochreiter, Schmidhuber
 *   (1997), Gers et al. (2000).
 * @example
 * ```ts
 * import { ones, type Tensor } from '@tensorflow/tfjs-core';
 * import { sequential } from '@tensorflow/tfjs-layers';
 * import { layers } from 'gradient-health';
 *
 * const model = sequential({ layers: [layers.lstm({ units: 4, inputShape: [10, 3] })] });
 * const output = model.predict(ones([2, 10, 3])) as Tensor;
 * console.log(output.shape.join(' x '));
 * // 2 x 4
 * ```
 */
export function lstm(options: LstmOptions): layers.RNN {
  const { defaults = 'keras', unitForgetBias = defaults === 'keras' } = options;
  assertForgetBias('lstm', options, unitForgetBias);
  return createRecurrent(
    {
      name: 'lstm',
      className: 'LSTM',
      own: lstmClass,
      resetAfter: false,
      create: (filled) => layers.lstm({ ...filled, units: options.units, unitForgetBias }),
    },
    options,
  );
}
