import { add, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { assertForgetBias } from '../assert-forget-bias.js';
import { type CellClass, cellClass } from './cell-class.js';
import type { CellOptions } from './cell-options.js';
import { rowNorm } from './row-norm.js';

/** Options of {@link lstmCell}. */
export interface LstmCellOptions extends CellOptions {
  /**
   * Whether the bias of the forget gate starts at 1, whatever `biasInitializer` says, so that the memory lasts from the start
   * (Jozefowicz et al. 2015). `false` is needed beside `initializers.chrono` or `forgetBias`, which fill that gate themselves.
   *
   * @default true
   */
  readonly unitForgetBias?: boolean;
  /**
   * Whether the gates see the memory: i and f get p c' added, o gets p c, with a weight for each unit, of 0 at first
   * (Gers, Schmidhuber 2000).
   *
   * @default false
   */
  readonly peepholes?: boolean;
  /**
   * Whether i = 1 - f: what is forgotten makes room for what is written. Without an input gate there are three gates, f g o
   * (arXiv 1503.04069).
   *
   * @default false
   */
  readonly coupled?: boolean;
  /**
   * Whether x W and h' U, each over all gates, and c on its way out are normalised to mean 0 and variance 1 and scaled by
   * factors of 1 at first; c is shifted too (arXiv 1607.06450).
   *
   * @default false
   */
  readonly layerNorm?: boolean;
}

type Gate = 'input' | 'forget' | 'candidate' | 'output';

const perUnit = { size: 'units', value: 0 } as const;
const perGate = { size: 'gates x units', value: 1 } as const;

/** As it stands in saved models where tfjs's cell could not compute the same. */
export const lstmCellClass: CellClass<LstmCellOptions> = cellClass<
  LstmCellOptions,
  Gate,
  'hidden' | 'cell',
  string
>('GradientHealthLSTMCell', 'lstmCell', (options) => {
  const { unitForgetBias = true, peepholes = false, coupled = false, layerNorm = false } = options;
  assertForgetBias('lstmCell', options, unitForgetBias);
  const isVariant = peepholes || coupled || layerNorm;
  return {
    gates: coupled ? ['forget', 'candidate', 'output'] : ['input', 'forget', 'candidate', 'output'],
    states: ['hidden', 'cell'],
    ...(unitForgetBias && { biases: { forget: 1 } }),
    weights: {
      ...(peepholes && !coupled && { inputPeephole: perUnit }),
      ...(peepholes && { forgetPeephole: perUnit, outputPeephole: perUnit }),
      ...(layerNorm && { inputGain: perGate, recurrentGain: perGate }),
      ...(layerNorm && { cellGain: { size: 'units', value: 1 }, cellShift: perUnit }),
    },
    config: { unitForgetBias, ...(isVariant && { peepholes, coupled, layerNorm }) },
    ...(!isVariant && { savedAs: 'LSTMCell' }),
    product(product, of, { inputGain, recurrentGain }) {
      const gain = of === 'input' ? inputGain : recurrentGain;
      return gain ? rowNorm(product, gain) : product;
    },
    update({ sum, before, weights, open, activate, drop }) {
      const { inputPeephole, forgetPeephole, outputPeephole, cellGain, cellShift } = weights;
      const seen = (z: Tensor, peephole: Tensor | undefined, memory: Tensor): Tensor =>
        peephole ? add(z, mul(peephole, memory)) : z;
      const input = coupled ? undefined : open(seen(sum.input, inputPeephole, before.cell));
      const forget = open(seen(sum.forget, forgetPeephole, before.cell));
      const written = mul(input ?? sub(1, forget), drop(activate(sum.candidate)));
      const cell = add(mul(forget, before.cell), written);
      const output = open(seen(sum.output, outputPeephole, cell));
      const shown = cellGain && cellShift ? add(rowNorm(cell, cellGain), cellShift) : cell;
      return { hidden: mul(output, activate(shown)), cell };
    },
  };
});

/**
 * Creates the cell of an LSTM, one time step of it, for `cell` of `tf.layers.rnn`; without that, {@link lstm} computes the
 * same several times as fast.
 *
 * i, f, o = sigmoid(x W + h' U + b), g = tanh(x W + h' U + b), c = f c' + i g, h = o tanh(c), element by element, with h' and
 * c' of the time step before. Weights are those of tfjs and Keras: kernel [inputs, 4 units], recurrent_kernel
 * [units, 4 units], bias [4 units], gates in the order i f g o. Options add the published variants, in any combination,
 * and their weights after these: input_peephole, forget_peephole, output_peephole, cell_gain, cell_shift [units], input_gain,
 * recurrent_gain [4 units].
 *
 * Dropout draws its masks anew for each sequence and leaves predictions alone; in tfjs's cells the first mask stays for
 * good. NaN spreads over its sample, even from a masked step, for which `tf.layers.rnn` multiplies by 0.
 *
 * Saved as `LSTMCell`, which plain tfjs and Keras load, without variants and noise; else call {@link register} before
 * loading.
 *
 * @throws RangeError for an option out of range.
 * @remarks Cost: about 20 operations of tfjs a time step forward. Source: Hochreiter, Schmidhuber (1997), Gers et al.
 *   (2000).
 * @example
 * ```ts
 * import { ones, type Tensor } from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { layers } from 'gradient-health';
 *
 * const cells = [layers.lstmCell({ units: 4 }), layers.lstmCell({ units: 4, peepholes: true, coupled: true })];
 * const layer = tfl.layers.rnn({ cell: cells, returnSequences: true });
 * const output = layer.apply(ones([2, 10, 3])) as Tensor;
 * console.log(output.shape.join(' x '));
 * // 2 x 10 x 4
 * ```
 */
export function lstmCell(options: LstmCellOptions): layers.RNNCell {
  return lstmCellClass.create(options);
}
