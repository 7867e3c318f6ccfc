import { add, exp, expm1, minimum, mul, relu, step, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { defineActivation, type Elementwise } from './define-activation.js';
import type { LayerClass, LayerOptions } from './define-layer.js';

/** Options of {@link elu}. */
export interface EluOptions extends LayerOptions {
  /**
   * The limit at minus infinity is -alpha; positive.
   *
   * @default 1
   */
  readonly alpha?: number;
}

/** Options of {@link celu}. */
export interface CeluOptions extends LayerOptions {
  /**
   * The limit at minus infinity is -alpha, and how far from 0 the bend reaches; positive.
   *
   * @default 1
   */
  readonly alpha?: number;
}

/** As it stands in saved models, for any alpha but tfjs's own. */
export const eluClass: LayerClass<EluOptions> = defineActivation(
  'GradientHealthElu',
  ({ alpha = 1 }: EluOptions) => ({ config: { alpha }, ...exponentialTail('elu', alpha, 1) }),
);

/** As it stands in saved models, for any alpha but 1, where it is an ELU. */
export const celuClass: LayerClass<CeluOptions> = defineActivation(
  'GradientHealthCelu',
  ({ alpha = 1 }: CeluOptions) => ({ config: { alpha }, ...exponentialTail('celu', alpha, alpha) }),
);

/**
 * Creates an ELU: x for x > 0, else alpha (exp(x) - 1), element by element. Its outputs lie nearer to mean 0 than those of
 * a ReLU, and no unit dies outright. tfjs's own layer throws for any alpha but 1, its slope is exactly 0 below -17, and on
 * webgl and webgpu it turns NaN into Infinity.
 *
 * Derivative: 1 for x > 0, else alpha exp(x): alpha at the kink 0, as in PyTorch. NaN stays NaN, large inputs do not
 * overflow. Saved as tfjs's `ELU` where alpha is 1; for others call {@link register} before loading a saved model.
 *
 * @throws RangeError unless alpha is positive and finite.
 * @remarks Cost: 4 to 6 passes forward, 7 to 8 backward, one exponential each. Source: arXiv 1511.07289.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * console.log(String(layers.elu({ alpha: 2 }).apply(tensor1d([-10000, 0, 10000]))));
 * // Tensor
 * //     [-2, 0, 10000]
 * ```
 */
export function elu(options: EluOptions = {}): layers.Layer {
  return savedAsElu(options, eluClass.create(options));
}

/**
 * Creates a CELU: x for x > 0, else alpha (exp(x / alpha) - 1), element by element: an ELU whose slope has no jump
 * whatever alpha.
 *
 * Derivative: 1 for x > 0, else exp(x / alpha): 1 at 0 from both sides. NaN stays NaN, large inputs do not overflow. With
 * alpha 1 it is an ELU and saved as tfjs's; for others call {@link register} before loading a saved model.
 *
 * @throws RangeError unless alpha is positive and finite.
 * @remarks Cost: as {@link elu}. Source: arXiv 1704.07483.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { layers } from 'gradient-health';
 *
 * console.log(String(layers.celu({ alpha: 2 }).apply(tensor1d([-10000, 0, 10000]))));
 * // Tensor
 * //     [-2, 0, 10000]
 * ```
 */
export function celu(options: CeluOptions = {}): layers.Layer {
  return savedAsElu(options, celuClass.create(options));
}

/** With alpha 1 both are tfjs's ELU, and saved as such; its own kernel turns NaN into Infinity on GPUs. */
function savedAsElu({ alpha = 1 }: EluOptions, layer: layers.Layer): layers.Layer {
  if (alpha === 1) layer.getClassName = () => 'ELU';
  return layer;
}

/** x above 0, else limit (exp(x / width) - 1). */
function exponentialTail(name: string, limit: number, width: number): Omit<Elementwise, 'config'> {
  if (!(limit > 0 && limit < Infinity)) {
    throw new RangeError(`${name}: alpha must be a positive finite number, got ${limit}`);
  }
  const times = (x: Tensor, factor: number): Tensor => (factor === 1 ? x : mul(x, factor));
  // Cut at 0, or the exponential of a large x would overflow, and Infinity times 0 is NaN.
  const below = (x: Tensor): Tensor => times(minimum(x, 0), 1 / width);
  return {
    value: (x) => add(relu(x), times(expm1(below(x)), limit)),
    slope: (x) => {
      const above = step(x);
      return add(above, mul(sub(1, above), times(exp(below(x)), limit / width)));
    },
  };
}
