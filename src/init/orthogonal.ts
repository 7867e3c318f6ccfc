import { util } from '@tensorflow/tfjs-core';
import { initializers } from '@tensorflow/tfjs-layers';
import { assertPositive } from './assert-positive.js';
import { fillWith, type Initializer } from './initializer.js';
import { orthonormal } from './orthonormal.js';
import { randomStreams, savedSeed } from './random.js';

/** Options of {@link orthogonal} and {@link deltaOrthogonal}. */
export interface OrthogonalOptions {
  /**
   * A safe integer, 0 included, taken modulo 2^32, that fixes the weights. An initialiser given to several layers fills
   * each differently.
   *
   * @default chance
   */
  readonly seed?: number;
  /**
   * Factor on the matrix; positive: sqrt(2) before a ReLU.
   *
   * @default 1
   */
  readonly gain?: number;
}

/**
 * Creates an orthogonal initialiser: the kernel, read as a matrix of all axes but the last by the last, has orthonormal
 * columns, or orthonormal rows where it is wider than high, times the gain. It keeps the norm of what passes, so that
 * linear and recurrent chains of any depth neither vanish nor explode. All such matrices are equally likely (Haar).
 *
 * The recurrent kernel of an LSTM or GRU is one wide matrix: wrap the initialiser in {@link perGate} for an orthogonal
 * matrix in each gate. The one of tfjs 4.22, default of its recurrent layers, takes half a minute for [128, 512] on the
 * cpu backend and throws unless all of `@tensorflow/tfjs` is imported; this one is saved as tfjs's `Orthogonal`, which a
 * loaded model does not run. `bidirectional` does run it: see `replaceOrthogonal` of {@link register}.
 *
 * @throws RangeError at creation for an option out of range; when a layer is built, for a shape of rank below 2.
 * @remarks Cost: about 2 m n^2 operations for an m x n matrix, n being the shorter side, in float64; 20 ms for
 *   [128, 512]. Source: arXiv 1312.6120; drawn as a product of random reflections (Stewart 1980, SIAM J. Numer. Anal.
 *   17), which gives the same distribution as the QR factors of a normal matrix for half the work.
 * @example
 * ```ts
 * import { matMul } from '@tensorflow/tfjs-core';
 * import { initializers, stats } from 'gradient-health';
 *
 * const kernel = initializers.orthogonal({ seed: 0 }).apply([64, 16]);
 * const gram = matMul(kernel, kernel, true, false);
 * // The identity of size 16 has the norm sqrt(16).
 * console.log(stats.summarize(gram.dataSync()).norm.toFixed(4));
 * // 4.0000
 * ```
 */
export function orthogonal({ seed, gain = 1 }: OrthogonalOptions = {}): Initializer {
  assertPositive('orthogonal', 'gain', gain);
  const nextStream = randomStreams('orthogonal', seed);
  const initializer = initializers.orthogonal({ gain });
  initializer.getConfig = () => ({ gain, seed: savedSeed(seed) });
  return fillWith('orthogonal', initializer, (shape) => {
    if (shape.length < 2) {
      throw new RangeError(
        `orthogonal: expected a kernel of rank 2 or more, got shape [${shape.join(', ')}]; use 'zeros' for biases`,
      );
    }
    const rows = util.sizeFromShape(shape.slice(0, -1));
    return orthonormal(rows, shape.at(-1) ?? 0, gain, nextStream());
  });
}
