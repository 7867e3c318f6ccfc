import { initializers } from '@tensorflow/tfjs-layers';
import { assertPositive } from './assert-positive.js';
import { fillWith, type Initializer } from './initializer.js';

/** Options of {@link identity}. */
export interface IdentityOptions {
  /**
   * The diagonal; positive: 1 for an IRNN, 0.01 for one that should forget.
   *
   * @default 1
   */
  readonly gain?: number;
}

/**
 * Creates the identity matrix times the gain, for the recurrent kernel of a simpleRNN with ReLU and zero biases (IRNN):
 * its state is carried over unchanged until the inputs teach it otherwise. Train such a net with clipped gradients. For
 * fused gates wrap it in {@link perGate}; for convolutions see {@link dirac}.
 *
 * Saved as tfjs's `Identity`: loads without this library.
 *
 * @throws RangeError at creation for an option out of range; when a layer is built, unless the matrix is square.
 * @remarks Source: arXiv 1504.00941.
 * @example
 * ```ts
 * import { initializers } from 'gradient-health';
 *
 * console.log(initializers.identity({ gain: 0.5 }).apply([2, 2]).dataSync().join(' '));
 * // 0.5 0 0 0.5
 * ```
 */
export function identity({ gain = 1 }: IdentityOptions = {}): Initializer {
  assertPositive('identity', 'gain', gain);
  return fillWith('identity', initializers.identity({ gain }), (shape) => {
    const [rows = 0, columns = 0] = shape;
    if (shape.length !== 2 || rows !== columns) {
      throw new RangeError(
        `identity: expected a square matrix, got shape [${shape.join(', ')}]; wrap it in perGate for fused gates, ` +
          'use dirac for convolutions',
      );
    }
    const matrix = new Float32Array(rows * columns);
    for (let index = 0; index < rows; index++) matrix[index * (columns + 1)] = gain;
    return matrix;
  });
}
