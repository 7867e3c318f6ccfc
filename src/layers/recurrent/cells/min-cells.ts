import { add, minimum, mul, relu, sigmoid, softplus, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { type CellClass, cellClass } from './cell-class.js';
import type { CellOptions } from './cell-options.js';

/** Options of {@link minGruCell} and {@link minLstmCell}. */
export interface MinCellOptions extends CellOptions {
  /**
   * What the candidate is of its pre-activation x: for `positive` x + 0.5 where x is at least 0, else sigmoid(x), which the
   * authors train with; for `linear` x itself, with which they introduce the cell.
   *
   * @default 'positive'
   */
  readonly candidate?: 'positive' | 'linear';
}

/** As it stands in saved models. */
export const minGruCellClass: CellClass<MinCellOptions> = cellClass(
  'GradientHealthMinGRUCell',
  'minGruCell',
  ({ candidate = 'positive' }: MinCellOptions) => {
    assertCandidate('minGruCell', candidate);
    return {
      gates: ['update', 'candidate'],
      states: ['hidden'],
      hearsState: false,
      config: { candidate },
      update({ input, before, open, drop }) {
        const update = open(input.update);
        const written = mul(update, drop(formed(input.candidate, candidate)));
        return { hidden: add(mul(sub(1, update), before.hidden), written) };
      },
    };
  },
);

/** As it stands in saved models. */
export const minLstmCellClass: CellClass<MinCellOptions> = cellClass(
  'GradientHealthMinLSTMCell',
  'minLstmCell',
  ({ candidate = 'positive' }: MinCellOptions) => {
    assertCandidate('minLstmCell', candidate);
    return {
      gates: ['forget', 'input', 'candidate'],
      states: ['hidden'],
      hearsState: false,
      config: { candidate },
      update({ input, before, drop }) {
        // f / (f + i) of two sigmoids that may both be 0 in float32: by their logarithms.
        const forget = sigmoid(sub(softplus(mul(input.input, -1)), softplus(mul(input.forget, -1))));
        const written = mul(sub(1, forget), drop(formed(input.candidate, candidate)));
        return { hidden: add(mul(forget, before.hidden), written) };
      },
    };
  },
);

function formed(x: Tensor, candidate: 'positive' | 'linear'): Tensor {
  return candidate === 'linear' ? x : add(relu(x), sigmoid(minimum(x, 0)));
}

function assertCandidate(name: string, candidate: string): void {
  if (candidate === 'positive' || candidate === 'linear') return;
  throw new RangeError(`${name}: candidate must be 'positive' or 'linear', got '${candidate}'`);
}

/**
 * Creates a minGRU cell, whose gate does not hear the state: the gradient through time is a product of gates alone, and
 * cannot explode.
 *
 * z = sigmoid(x W_z + b_z), h = (1 - z) h' + z g(x W + b), element by element, so that z means the opposite of a GRU's.
 * Weights: kernel [inputs, 2 units] and bias [2 units], in the order z g; no recurrent kernel. `activation` and
 * `recurrentDropout` have nothing to act on. Call {@link register} before loading.
 *
 * @throws RangeError for an option out of range.
 * @remarks Cost: about 12 operations of tfjs a time step forward, one after the other, where the paper has them in parallel.
 *   Source: arXiv 2410.01201.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { layers } from 'gradient-health';
 *
 * const layer = tfl.layers.rnn({ cell: layers.minGruCell({ units: 4 }) });
 * layer.apply(ones([1, 10, 3]));
 * console.log(layer.getWeights().map(({ shape }) => shape.join(' x ')).join(', '));
 * // 3 x 8, 8
 * ```
 */
export function minGruCell(options: MinCellOptions): layers.RNNCell {
  return minGruCellClass.create(options);
}

/**
 * Creates a minLSTM cell, whose gates do not hear the state, as in {@link minGruCell}, and share one whole between what is
 * kept and what is written.
 *
 * f, i = sigmoid(x W + b), h = f / (f + i) h' + i / (f + i) g(x W + b), element by element. Weights: kernel [inputs, 3 units]
 * and bias [3 units], in the order f i g; no recurrent kernel. The gates are always sigmoids; `activation` and
 * `recurrentDropout` have nothing to act on. Call {@link register} before loading.
 *
 * @throws RangeError for an option out of range.
 * @remarks Cost: about 16 operations of tfjs a time step forward. Source: arXiv 2410.01201.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { layers } from 'gradient-health';
 *
 * const layer = tfl.layers.rnn({ cell: layers.minLstmCell({ units: 4 }) });
 * layer.apply(ones([1, 10, 3]));
 * console.log(layer.getWeights().map(({ shape }) => shape.join(' x ')).join(', '));
 * // 3 x 12, 12
 * ```
 */
export function minLstmCell(options: MinCellOptions): layers.RNNCell {
  return minLstmCellClass.create(options);
}
