import { add, mul, sub } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { type CellClass, cellClass } from './cell-class.js';
import type { CellOptions } from './cell-options.js';

/** Options of {@link janetCell}. */
export interface JanetCellOptions extends CellOptions {
  /**
   * What the input gate is behind the forget gate, before the sigmoid: with more than 0 less is forgotten than written, so
   * that states may grow beyond 1. Finite.
   *
   * @default 1
   */
  readonly beta?: number;
}

/** As it stands in saved models. */
export const janetCellClass: CellClass<JanetCellOptions> = cellClass(
  'GradientHealthJANETCell',
  'janetCell',
  ({ beta = 1 }: JanetCellOptions) => {
    if (!Number.isFinite(beta)) throw new RangeError(`janetCell: beta must be finite, got ${beta}`);
    return {
      gates: ['forget', 'candidate'],
      states: ['hidden'],
      config: { beta },
      update({ sum, before, open, activate, drop }) {
        const kept = mul(open(sum.forget), before.hidden);
        const room = sub(1, open(sub(sum.forget, beta)));
        return { hidden: add(kept, mul(room, drop(activate(sum.candidate)))) };
      },
    };
  },
);

/**
 * Creates a JANET cell, an LSTM of nothing but the forget gate: half the weights, and often as good.
 *
 * s = x W_f + h' U_f + b_f, h = sigmoid(s) h' + (1 - sigmoid(s - beta)) tanh(x W + h' U + b), element by element. Weights:
 * kernel [inputs, 2 units], recurrent_kernel [units, 2 units], bias [2 units], gates in the order f g.
 *
 * The paper starts b_f at the logarithm of times drawn from 1 to the longest dependency, which is what makes it remember; the
 * bias is of two gates here, so give an initialiser of your own for that. Call {@link register} before loading.
 *
 * @throws RangeError for an option out of range.
 * @remarks Cost: about 16 operations of tfjs a time step forward. Source: arXiv 1804.04849.
 * @example
 * ```ts
 * import { ones, type Tensor } from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { layers } from 'gradient-health';
 *
 * const layer = tfl.layers.rnn({ cell: layers.janetCell({ units: 4 }) });
 * const output = layer.apply(ones([2, 10, 3])) as Tensor;
 * console.log(output.shape.join(' x '));
 * // 2 x 4
 * ```
 */
export function janetCell(options: JanetCellOptions): layers.RNNCell {
  return janetCellClass.create(options);
}
