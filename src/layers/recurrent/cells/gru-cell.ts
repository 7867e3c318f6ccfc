import { add, mul, sub } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { type CellClass, cellClass } from './cell-class.js';
import type { CellOptions } from './cell-options.js';
import { rowNorm } from './row-norm.js';

/** Options of {@link gruCell}. */
export interface GruCellOptions extends CellOptions {
  /**
   * Whether the reset gate acts on the product of state and recurrent kernel, as in Keras, PyTorch and cuDNN, and not on the
   * state before it, as in tfjs.
   *
   * @default true
   */
  readonly resetAfter?: boolean;
  /**
   * Whether x W and h' U, each over all gates, are normalised to mean 0 and variance 1 and scaled by factors of 1 at first
   * (arXiv 1607.06450); needs `resetAfter`.
   *
   * @default false
   */
  readonly layerNorm?: boolean;
}

const perGate = { size: 'gates x units', value: 1 } as const;

/** As it stands in saved models where tfjs's cell could not compute the same. */
export const gruCellClass: CellClass<GruCellOptions> = cellClass<
  GruCellOptions,
  'update' | 'reset' | 'candidate',
  'hidden',
  string
>('GradientHealthGRUCell', 'gruCell', ({ resetAfter = true, layerNorm = false }) => {
  if (layerNorm && !resetAfter) {
    throw new RangeError('gruCell: layerNorm normalises the product before the reset; leave resetAfter true');
  }
  return {
    gates: ['update', 'reset', 'candidate'],
    states: ['hidden'],
    recurrentBias: resetAfter,
    weights: { ...(layerNorm && { inputGain: perGate, recurrentGain: perGate }) },
    config: { resetAfter, ...(layerNorm && { layerNorm }) },
    ...(!resetAfter && { savedAs: 'GRUCell' }),
    product(product, of, { inputGain, recurrentGain }) {
      const gain = of === 'input' ? inputGain : recurrentGain;
      return gain ? rowNorm(product, gain) : product;
    },
    update({ sum, input, recurrent, before, open, activate, drop, hear }) {
      const update = open(sum.update);
      const reset = open(sum.reset);
      const heard = resetAfter
        ? mul(reset, recurrent.candidate)
        : hear('candidate', mul(reset, before.hidden));
      const candidate = drop(activate(add(input.candidate, heard)));
      return { hidden: add(mul(update, before.hidden), mul(sub(1, update), candidate)) };
    },
  };
});

/**
 * Creates the cell of a GRU, one time step of it, for `cell` of `tf.layers.rnn`; without that, {@link gru} computes the same
 * several times as fast.
 *
 * z, r = sigmoid(x W + h' U + b), h = z h' + (1 - z) n, with n = tanh(x W + b + r (h' U + b_h)) for `resetAfter`, else
 * n = tanh(x W + (r h') U + b), element by element, h' being the state of the time step before. Weights are those of tfjs and
 * Keras: kernel [inputs, 3 units], recurrent_kernel [units, 3 units], bias [2, 3 units] for `resetAfter` (of the input, of the
 * state), else [3 units], gates in the order z r n; with `layerNorm` also input_gain and recurrent_gain [3 units].
 *
 * Dropout and masks are as in {@link lstmCell}; the state stays within [-1, 1] whatever `recurrentDropout`. Saved as
 * `GRUCell` with the reset before the product and no noise; else call {@link register} before loading.
 *
 * @throws RangeError for an option out of range.
 * @remarks Cost: about 20 operations of tfjs a time step forward. Source: arXiv 1406.1078; 1412.3555.
 * @example
 * ```ts
 * import { ones, type Tensor } from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { layers } from 'gradient-health';
 *
 * const layer = tfl.layers.rnn({ cell: layers.gruCell({ units: 4, zoneout: 0.1 }) });
 * const output = layer.apply(ones([2, 10, 3])) as Tensor;
 * console.log(output.shape.join(' x '));
 * // 2 x 4
 * ```
 */
export function gruCell(options: GruCellOptions): layers.RNNCell {
  return gruCellClass.create(options);
}
