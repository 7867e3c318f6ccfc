import { assertPositive } from './assert-positive.js';
import { fillWith, type Initializer } from './initializer.js';
import { type OwnClass, ownInitializer } from './own-class.js';
import { normal, randomStreams } from './random.js';

/** Options of {@link sparse}. */
export interface SparseOptions {
  /** Share of each unit's incoming weights that is 0, from 0 to 1; rounded up to whole weights. */
  readonly sparsity: number;
  /**
   * Standard deviation of the other weights; positive.
   *
   * @default 0.01
   */
  readonly std?: number;
  /**
   * A safe integer, 0 included, taken modulo 2^32, that fixes the weights. An initialiser given to several layers fills
   * each differently.
   *
   * @default chance
   */
  readonly seed?: number;
}

/** As it stands in saved models. */
export const sparseClass: OwnClass = {
  className: 'GradientHealthSparse',
  create: (config: SparseOptions) => sparse(config),
};

/**
 * Creates a sparse initialiser for dense kernels: each unit (column) reads from few inputs, chosen by chance, with
 * normal weights around 0; its other weights are 0. Units stay diverse, and their input does not grow with the width.
 *
 * The same as torch's `sparse_` of a transposed weight, which thins out each input instead of each unit. tfjs has no
 * such class: call {@link register} before loading a saved model.
 *
 * @throws RangeError at creation for an option out of range; when a layer is built, for a shape of rank other than 2.
 * @remarks Source: Martens 2010 (ICML), with 15 non-zero weights a unit.
 * @example
 * ```ts
 * import { initializers, stats } from 'gradient-health';
 *
 * const kernel = initializers.sparse({ sparsity: 0.9, seed: 0 }).apply([100, 20]);
 * console.log(stats.summarize(kernel.dataSync()).zeros);
 * // 1800
 * ```
 */
export function sparse({ sparsity, std = 0.01, seed }: SparseOptions): Initializer {
  if (!(sparsity >= 0 && sparsity <= 1)) {
    throw new RangeError(`sparse: sparsity must be a share from 0 to 1, got ${sparsity}`);
  }
  assertPositive('sparse', 'std', std);
  const nextStream = randomStreams('sparse', seed);
  return fillWith('sparse', ownInitializer(sparseClass, { sparsity, std, seed }), (shape) => {
    const [rows = 0, columns = 0] = shape;
    if (shape.length !== 2) {
      throw new RangeError(`sparse: expected a dense kernel [in, out], got shape [${shape.join(', ')}]`);
    }
    const random = nextStream();
    const kernel = normal(rows * columns, std, random);
    const zeros = Math.ceil(sparsity * rows);
    for (let column = 0; column < columns; column++) {
      // Selection sampling (Knuth's algorithm S): each row with the chance that fills the count exactly.
      let left = zeros;
      for (let row = 0; row < rows; row++) {
        if (random() * (rows - row) >= left) continue;
        kernel[row * columns + column] = 0;
        left--;
      }
    }
    return kernel;
  });
}
