/**
 * What the axes of a weight mean, as tfjs lays them out (output axis last, unless noted):
 * `dense` [in, out] · `conv` [...k, in, out] · `depthwise` [...k, in, multiplier] · `transposed` [...k, out, in] ·
 * `recurrent` [...k, in, gates x units], gates fused side by side · `embedding` [vocabulary, dim] ·
 * `vector` scales, offsets and slopes that act element by element (any rank), and whatever has rank 0 or 1 ·
 * `unknown` anything else.
 */
export type WeightKind =
  | 'dense'
  | 'conv'
  | 'depthwise'
  | 'transposed'
  | 'recurrent'
  | 'embedding'
  | 'vector'
  | 'unknown';

/**
 * Tells what the axes of a tfjs weight mean, from the layer that owns it, its name and its rank.
 *
 * | layer | weight | shape | kind |
 * |---|---|---|---|
 * | Dense | kernel | [in, out] | `dense` |
 * | Conv1D, Conv2D, Conv3D | kernel | [...k, in, out] | `conv` |
 * | DepthwiseConv2D, SeparableConv2D | depthwise_kernel | [h, w, in, multiplier] | `depthwise` |
 * | SeparableConv2D | pointwise_kernel | [1, 1, in x multiplier, out] | `conv` |
 * | Conv2DTranspose, Conv3DTranspose | kernel | [...k, out, in] | `transposed` |
 * | SimpleRNN, GRU, LSTM and their cells | kernel, recurrent_kernel | [in, gates x units] | `recurrent` |
 * | ConvLSTM2D and its cell | kernel, recurrent_kernel | [h, w, in, gates x filters] | `recurrent` |
 * | Embedding | embeddings | [vocabulary, dim] | `embedding` |
 * | any | bias, gamma, beta, alpha, moving_mean, moving_variance | any | `vector` |
 * | any | any | [], [n] | `vector` |
 * | other | other | rank 2 or more | `unknown` |
 *
 * @param className - Of the layer or cell that holds the weight (`layer.getClassName()`), not of a wrapper around it.
 * @param weightName - `kernel`, `dense_1/kernel` and tfjs's counted `dense_1/kernel_2` are the same.
 * @param shape - Of the weight.
 */
export function kindOf(className: string, weightName: string, shape: readonly number[]): WeightKind {
  if (shape.length < 2) return 'vector';
  const name = weightName.replace(/^.*\//, '').replace(/_\d+$/, '');
  switch (name) {
    case 'kernel':
      return kindOfKernel(className);
    case 'recurrent_kernel':
      return 'recurrent';
    case 'depthwise_kernel':
      return 'depthwise';
    case 'pointwise_kernel':
      return 'conv';
    case 'embeddings':
      return 'embedding';
    case 'bias':
    case 'gamma':
    case 'beta':
    case 'alpha':
    case 'moving_mean':
    case 'moving_variance':
      return 'vector';
    default:
      return 'unknown';
  }
}

/** A recurrent wrapper that was asked itself speaks for its cell. */
function kindOfKernel(className: string): WeightKind {
  if (className === 'Dense') return 'dense';
  if (/^Conv[123]D$/.test(className)) return 'conv';
  if (/^Conv[23]DTranspose$/.test(className)) return 'transposed';
  if (/^(SimpleRNN|(GradientHealth)?(GRU|LSTM)|ConvLSTM2D)(Cell)?$/.test(className)) return 'recurrent';
  if (/^(RNN|ConvRNN2D|StackedRNNCells|Bidirectional)$/.test(className)) return 'recurrent';
  return 'unknown';
}
