import { fillWith, type Initializer } from './initializer.js';
import { type OwnClass, ownInitializer } from './own-class.js';

/** Options of {@link forgetBias}. */
export interface ForgetBiasOptions {
  /**
   * Bias of the forget gates; finite. The state of a unit without input decays by sigmoid(value) a step: 0.73 for 1,
   * 0.88 for 2.
   *
   * @default 1
   */
  readonly value?: number;
}

/** As it stands in saved models. */
export const forgetBiasClass: OwnClass = {
  className: 'GradientHealthForgetBias',
  create: (config: ForgetBiasOptions) => forgetBias(config),
};

/**
 * Creates the bias of an LSTM: `value` for the forget gates, the second quarter in tfjs's order input, forget, cell,
 * output, and 0 elsewhere. tfjs 4.22 starts with 0 where Keras starts with 1: the forget gate is half closed, and after
 * 50 steps 1e-15 of a gradient is left.
 *
 * For a value of 1 `unitForgetBias: true` of the layer does the same and is saved without a class of ours. tfjs has
 * none for other values: call {@link register} before loading a saved model. See {@link chrono} for memory of a given
 * length.
 *
 * @throws RangeError at creation for a value that is not finite; when a layer is built, unless the shape is [4 units].
 * @remarks Source: Jozefowicz et al. 2015 (ICML).
 * @example
 * ```ts
 * import { initializers } from 'gradient-health';
 *
 * console.log(initializers.forgetBias({ value: 2 }).apply([4 * 2]).dataSync().join(' '));
 * // 0 0 2 2 0 0 0 0
 * ```
 */
export function forgetBias({ value = 1 }: ForgetBiasOptions = {}): Initializer {
  if (!Number.isFinite(value)) throw new RangeError(`forgetBias: value must be finite, got ${value}`);
  return fillWith('forgetBias', ownInitializer(forgetBiasClass, { value }), (shape) => {
    const [size = 0] = shape;
    if (shape.length !== 1 || size % 4 !== 0) {
      throw new RangeError(
        `forgetBias: expected the bias [4 x units] of an LSTM, got shape [${shape.join(', ')}]`,
      );
    }
    return new Float32Array(size).fill(value, size / 4, size / 2);
  });
}
