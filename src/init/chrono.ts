import { fillWith, type Initializer } from './initializer.js';
import { type OwnClass, ownInitializer } from './own-class.js';
import { randomStreams } from './random.js';

/** Options of {@link chrono}. */
export interface ChronoOptions {
  /** The longest dependency to learn, in time steps: more than `minSteps`. Often the length of the sequences. */
  readonly maxSteps: number;
  /**
   * The shortest one, in time steps: more than 1.
   *
   * @default 2
   */
  readonly minSteps?: number;
  /**
   * Whose bias it is: [4 units] of an LSTM, in tfjs's order input, forget, cell, output, or [3 units] of a GRU, in its
   * order update, reset, candidate; with `resetAfter` [2, 3 units], of which the second row, of the recurrent product, stays 0.
   *
   * @default 'lstm'
   */
  readonly cell?: 'lstm' | 'gru';
  /**
   * A safe integer, 0 included, taken modulo 2^32, that fixes the biases. An initialiser given to several layers fills
   * each differently.
   *
   * @default chance
   */
  readonly seed?: number;
}

/** As it stands in saved models. */
export const chronoClass: OwnClass = {
  className: 'GradientHealthChrono',
  create: (config: ChronoOptions) => chrono(config),
};

/**
 * Creates the chrono initialiser for the bias of an LSTM or GRU: each unit remembers for a time of its own, drawn
 * uniformly from [minSteps, maxSteps), so that gradients reach back that far from the first step on.
 *
 * With T such a time, the forget gate of an LSTM gets the bias log(T - 1), its input gate the opposite, all else 0; the
 * update gate of a GRU gets log(T - 1). A gate of sigmoid(log(T - 1)) = 1 - 1 / T lets a state decay by 1/e in T steps.
 *
 * That needs `recurrentActivation: 'sigmoid'`: tfjs's default, hardSigmoid, is exactly 1, with a derivative of 0, from a
 * bias of 2.5 on, which is 13 steps. Leave `unitForgetBias` of the LSTM off, which cuts the bias to pieces. tfjs has no
 * such class: call {@link register} before loading a saved model.
 *
 * @throws RangeError at creation for an option out of range; when a layer is built, unless the gates divide the bias.
 * @remarks Source: arXiv 1804.11188.
 * @example
 * ```ts
 * import { initializers } from 'gradient-health';
 *
 * const bias = initializers.chrono({ maxSteps: 100, seed: 0 }).apply([4 * 8]).dataSync();
 * // The forget gates come second; each bias is log(T - 1).
 * const steps = Array.from(bias.slice(8, 16), (b) => 1 + Math.exp(b));
 * console.log(steps.every((t) => t >= 2 && t < 100));
 * // true
 * ```
 */
export function chrono(options: ChronoOptions): Initializer {
  const given: ChronoOptions | undefined = options;
  const { maxSteps, minSteps = 2, cell = 'lstm', seed } = given ?? { maxSteps: Number.NaN };
  if (!(minSteps > 1 && minSteps < maxSteps && maxSteps < Infinity)) {
    throw new RangeError(
      `chrono: expected 1 < minSteps < maxSteps < Infinity, got minSteps ${minSteps} and maxSteps ${maxSteps}`,
    );
  }
  if (cell !== 'lstm' && cell !== 'gru')
    throw new RangeError(`chrono: cell must be 'lstm' or 'gru', got ${cell}`);
  const gates = cell === 'lstm' ? 4 : 3;
  const nextStream = randomStreams('chrono', seed);
  return fillWith('chrono', ownInitializer(chronoClass, { maxSteps, minSteps, cell, seed }), (shape) => {
    const size = shape.at(-1) ?? 0;
    const ofTwoProducts = cell === 'gru' && shape.length === 2 && shape[0] === 2;
    if (!(shape.length === 1 || ofTwoProducts) || size % gates !== 0) {
      throw new RangeError(
        `chrono: expected the bias [${gates} x units] of ${cell === 'lstm' ? 'an LSTM' : 'a GRU'}, got shape [${shape.join(', ')}]`,
      );
    }
    const random = nextStream();
    const units = size / gates;
    const bias = new Float32Array(ofTwoProducts ? 2 * size : size);
    for (let unit = 0; unit < units; unit++) {
      const memory = Math.log(minSteps + (maxSteps - minSteps) * random() - 1);
      // The update gate comes first in a GRU; in an LSTM the input gate does, then the forget gate.
      bias[unit] = cell === 'gru' ? memory : -memory;
      if (cell === 'lstm') bias[units + unit] = memory;
    }
    return bias;
  });
}
