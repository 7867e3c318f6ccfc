import { layers } from '@tensorflow/tfjs-layers';
import type { OwnClass } from '../../init/own-class.js';
import { createRecurrent } from './create-recurrent.js';
import type { RecurrentOptions } from './recurrent-options.js';

/** Options of {@link gru}. */
export interface GruOptions extends RecurrentOptions {
  /**
   * Whether the reset gate acts on the product of state and recurrent kernel, as in Keras, PyTorch and cuDNN, and not on the
   * state before it, as in tfjs.
   *
   * @default true
   */
  readonly resetAfter?: boolean;
}

/** As it stands in saved models, for what tfjs's GRU cannot compute. */
export const gruClass: OwnClass = {
  className: 'GradientHealthGRU',
  create: (config) => gru({ defaults: 'tfjs', ...config } as GruOptions),
};

/**
 * Creates a GRU that computes its whole sequence, and its gradient, in one go, with the reset gate on either side of the
 * product. `tf.layers.gru` knows only the one before it, and throws on what Keras saves by default.
 *
 * z, r = sigmoid(x W + h' U + b), h = z h' + (1 - z) n, with n = tanh(x W + b + r (h' U + b_h)) for `resetAfter`, else
 * n = tanh(x W + (r h') U + b), element by element, h' being the state of the time step before. Weights are those of tfjs and
 * Keras: kernel [inputs, 3 units], recurrent_kernel [units, 3 units], bias [2, 3 units] for `resetAfter` (of the input, of the
 * state), else [3 units], gates in the order z r n.
 *
 * Shapes, masks and wrappers are as in {@link lstm}. The state stays within [-1, 1] whatever `recurrentDropout`: tfjs scales
 * the state that it carries, which explodes.
 *
 * Saved as `GRU` with the reset before the product and no limit on the gradient through time; else call {@link register}
 * before loading. Gradients of gradients do not pass through it on cpu and wasm.
 *
 * @throws RangeError for an option out of range.
 * @remarks Cost: 6 batch time units (inputs + units) operations forward, twice that backward; 4 batch time units floats held
 *   in between, 3 with the reset before the product. Source: arXiv 1406.1078; 1412.3555.
 * @example
 * ```ts
 * import { ones, type Tensor } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * const layer = layers.gru({ units: 4, returnSequences: true });
 * const output = layer.apply(ones([2, 10, 3])) as Tensor;
 * console.log(output.shape.join(' x '));
 * // 2 x 10 x 4
 * console.log(layer.getWeights().map(({ shape }) => shape.join(' x ')).join(', '));
 * // 3 x 12, 4 x 12, 2 x 12
 * ```
 */
export function gru(options: GruOptions): layers.RNN {
  const { defaults = 'keras', resetAfter = defaults === 'keras' } = options;
  return createRecurrent(
    {
      name: 'gru',
      className: 'GRU',
      own: gruClass,
      resetAfter,
      create: (filled) => layers.gru({ ...filled, units: options.units, resetAfter: false } as GruArgs),
    },
    options,
  );
}

type GruArgs = Parameters<typeof layers.gru>[0];
