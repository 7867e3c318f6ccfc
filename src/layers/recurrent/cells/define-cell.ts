import type { layers } from '@tensorflow/tfjs-layers';
import { registerOwnClass } from '../../../init/own-class.js';
import type { CellBody } from './cell-body.js';
import { cellClass } from './cell-class.js';
import type { CellOptions } from './cell-options.js';

/**
 * Defines a recurrent cell by its gates and by how they change the state, and returns the function that creates such cells,
 * for `cell` of `tf.layers.rnn`: alone, in stacks, beside cells of tfjs. Kernels, biases, initialisers, dropout, zoneout,
 * saving and loading are done for you; the gradient is that of tfjs.
 *
 * At each time step z = x W + h' U + b, with kernel W [inputs, gates x units], recurrent kernel U [units, gates x units]
 * and bias b [gates x units], cut into gates in the order given, and `update` makes of it, and of the states of the step
 * before, the new states.
 *
 * It is known to tfjs from then on: run the definition before loading a model that was saved with such a cell.
 *
 * @param className - As it stands in saved models; one of your own.
 * @param implement - From the options to the cell; called once for each cell. Options beyond {@link CellOptions} are saved
 *   where `config` repeats them.
 * @returns The function that creates cells; it throws RangeError for options out of range.
 * @remarks Cost: two matrix products a time step and what `update` does, each an operation of tfjs; the cells of this
 *   library that have a fused layer, {@link lstm} and {@link gru}, take a fraction of the time there.
 * @example
 * ```ts
 * import { add, mul, ones, sigmoid, sub, tanh, type Tensor } from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { layers } from 'gradient-health';
 *
 * // The minimal gated unit without its reset (arXiv 1701.03452).
 * const gatedCell = layers.defineCell('MyGatedCell', () => ({
 *   gates: ['forget', 'candidate'],
 *   states: ['hidden'],
 *   update({ sum, before }) {
 *     const forget = sigmoid(sum.forget);
 *     const kept = mul(forget, before.hidden);
 *     return { hidden: add(kept, mul(sub(1, forget), tanh(sum.candidate))) };
 *   },
 * }));
 * const layer = tfl.layers.rnn({ cell: [gatedCell({ units: 8 }), layers.lstmCell({ units: 4 })] });
 * const output = layer.apply(ones([2, 10, 3])) as Tensor;
 * console.log(output.shape.join(' x '));
 * // 2 x 4
 * ```
 */
export function defineCell<
  Gate extends string,
  State extends string,
  Weight extends string = never,
  Options extends CellOptions = CellOptions,
>(
  className: string,
  implement: (options: Options) => CellBody<Gate, State, Weight>,
): (options: Options) => layers.RNNCell {
  const own = cellClass(className, className, implement);
  registerOwnClass(own);
  return own.create;
}
