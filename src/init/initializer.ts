import { type DataType, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { initializers, Shape } from '@tensorflow/tfjs-layers';

/** What every `kernelInitializer`, `biasInitializer`, ... of tfjs-layers accepts; tfjs does not export its name. */
export type Initializer = ReturnType<typeof initializers.ones>;

/**
 * Replaces what an initialiser of tfjs fills weights with, on this instance only: tfjs asks for an instance of a class
 * that it does not export, so ours are instances of its own. Class name and configuration, which it saves, stay.
 *
 * @param name - Of the public function, for error messages.
 */
export function fillWith(
  name: string,
  initializer: Initializer,
  fill: (shape: number[]) => Float32Array,
): Initializer {
  initializer.apply = (shape: Shape, dtype: DataType = 'float32'): Tensor => {
    if (dtype !== 'float32') throw new TypeError(`${name}: dtype must be float32, got ${dtype}`);
    const sizes = shape.map((size) => size ?? 0);
    return tensor(fill(sizes), sizes, 'float32');
  };
  return initializer;
}
