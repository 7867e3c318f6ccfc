import type { LayerOptions } from '../define-layer.js';
import type { GateOptions } from './gate-options.js';

/** Options of {@link lstm} and {@link gru}: those of tfjs, and limits on the gradient through time. */
export interface RecurrentOptions extends LayerOptions, GateOptions {
  /** Size of the hidden state, and of an LSTM's memory. */
  readonly units: number;
  /**
   * Where defaults come from: `keras` is Keras 3 (gates by a sigmoid, kernels from Glorot's uniform distribution, forget bias 1,
   * reset gate after the product), `tfjs` is tfjs 4.22 (hard sigmoids, Glorot's normal distribution, forget bias 0, reset gate
   * before it).
   *
   * @default 'keras'
   */
  readonly defaults?: 'keras' | 'tfjs';
  /**
   * Whether the output is [batch, time, units] and not the last state [batch, units].
   *
   * @default false
   */
  readonly returnSequences?: boolean;
  /**
   * Whether the final states are outputs too.
   *
   * @default false
   */
  readonly returnState?: boolean;
  /**
   * Whether to go from the last time step to the first; a sequence comes out in that order.
   *
   * @default false
   */
  readonly goBackwards?: boolean;
  /**
   * Whether a batch starts from the final states of the last one, until `resetStates()`; needs `batchInputShape`.
   *
   * @default false
   */
  readonly stateful?: boolean;
  /**
   * Of candidate and memory; nothing else is fused.
   *
   * @default 'tanh'
   */
  readonly activation?: 'tanh';
  /**
   * Of the gates. tfjs's hard sigmoid is clip(0.2 x + 0.5, 0, 1).
   *
   * @default 'sigmoid'
   */
  readonly recurrentActivation?: 'sigmoid' | 'hardSigmoid';
  /**
   * Positive: each element of dL/dh and dL/dc that a time step hands to the one before is cut to [-value, value]. Weight
   * gradients are not cut themselves.
   *
   * @default none
   */
  readonly recurrentClipValue?: number;
  /**
   * Positive: dL/dh and dL/dc, as a time step hands them to the one before, are scaled down so that the norm of both
   * together is at most this in each sample.
   *
   * @default none
   */
  readonly recurrentClipNorm?: number;
  /**
   * Positive integer: no gradient passes between every so many time steps, as in truncated backpropagation through time.
   * Values are not touched.
   *
   * @default none
   */
  readonly truncateAfter?: number;
}

const gateActivations = ['sigmoid', 'hardSigmoid'];

/** Throws for options that the fused layers do not have. */
export function assertRecurrentOptions(name: string, options: RecurrentOptions): void {
  const { activation, recurrentActivation, defaults } = options;
  if (activation != null && activation !== 'tanh') {
    throw new RangeError(`${name}: activation must be 'tanh', got '${activation}'; use tf.layers.${name}`);
  }
  if (recurrentActivation != null && !gateActivations.includes(recurrentActivation)) {
    throw new RangeError(
      `${name}: recurrentActivation must be 'sigmoid' or 'hardSigmoid', got '${recurrentActivation}'; use tf.layers.${name}`,
    );
  }
  if (defaults !== undefined && defaults !== 'keras' && defaults !== 'tfjs') {
    throw new RangeError(`${name}: defaults must be 'keras' or 'tfjs', got '${String(defaults)}'`);
  }
  for (const key of ['dropout', 'recurrentDropout'] as const) {
    const rate = options[key] ?? 0;
    if (!(rate >= 0 && rate < 1)) throw new RangeError(`${name}: ${key} must be in [0, 1), got ${rate}`);
  }
  for (const key of ['recurrentClipValue', 'recurrentClipNorm'] as const) {
    const limit = options[key] ?? 1;
    if (!(limit > 0 && limit < Infinity)) {
      throw new RangeError(`${name}: ${key} must be a positive finite number, got ${limit}`);
    }
  }
  const steps = options.truncateAfter ?? 1;
  if (!(Number.isInteger(steps) && steps > 0)) {
    throw new RangeError(`${name}: truncateAfter must be a positive integer, got ${steps}`);
  }
}
