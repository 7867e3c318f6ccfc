import { customGrad, mul, type serialization, type Tensor } from '@tensorflow/tfjs-core';
import { defineLayer, type LayerClass, type LayerOptions } from './define-layer.js';

/** A function of each element, and its derivative. */
export interface Elementwise {
  /** Its parameters, as saved. */
  readonly config: serialization.ConfigDict;
  /** NaN stays NaN. */
  value(x: Tensor): Tensor;
  /** The derivative at x, which need not be differentiable itself; at a kink that of PyTorch; at NaN, NaN. */
  slope(x: Tensor): Tensor;
}

/**
 * Makes a class of activation layers. The gradient is `slope` and not what tfjs would derive from `value`, which may
 * therefore use operations that have no gradient, or a wrong one.
 */
export function defineActivation<Options extends LayerOptions>(
  className: string,
  implement: (options: Options) => Elementwise,
): LayerClass<Options> {
  return defineLayer(className, (options: Options) => {
    const { config, value, slope } = implement(options);
    const activate = customGrad((x, save) => {
      const keep = save as (tensors: Tensor[]) => void;
      keep([x as Tensor]);
      return {
        value: value(x as Tensor),
        // The input saved for us, since x itself may be disposed by then.
        gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, slope(saved as Tensor)),
      };
    });
    return { config, call: (x) => activate(x) };
  });
}
