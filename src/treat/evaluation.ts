import { clone, stack, Tensor, tensor, tidy, Variable } from '@tensorflow/tfjs-core';

/**
 * A scalar function of tensors, as {@link checkGradients} takes it. Written as the type of a method, so that its
 * parameters may have narrower types, `(kernel: Tensor2D) => ...`.
 */
export type ScalarFunction = {
  /** Value at the inputs: a float32 scalar. */
  of(...inputs: Tensor[]): Tensor;
}['of'];

/** Other values for one input. */
export interface Replacement {
  /** Position among the inputs. */
  readonly input: number;
  /** Its values, row-major. */
  readonly values: Float32Array;
}

/**
 * Values of `f` with some inputs replaced, one for each entry of `points`, read back together.
 *
 * A replaced tensor reaches `f` as its argument; a replaced variable is assigned in place, because a model reads its
 * weights and not its arguments, and gets its own values back before anything else can run.
 */
export async function valuesAt(
  f: ScalarFunction,
  inputs: readonly Tensor[],
  points: Iterable<readonly Replacement[]>,
): Promise<Float32Array> {
  const values = tidy(() => {
    const scalars: Tensor[] = [];
    for (const replacements of points) scalars.push(tidy(() => valueWith(f, inputs, replacements)));
    return stack(scalars);
  });
  try {
    return Float32Array.from(await values.data<'float32'>());
  } finally {
    values.dispose();
  }
}

function valueWith(
  f: ScalarFunction,
  inputs: readonly Tensor[],
  replacements: readonly Replacement[],
): Tensor {
  const args: Tensor[] = [...inputs];
  const originals: [Variable, Tensor][] = [];
  for (const { input, values } of replacements) {
    const original = inputs[input];
    if (original === undefined) continue;
    const replacement = tensor(values, original.shape, 'float32');
    if (original instanceof Variable) {
      originals.push([original, clone<Tensor>(original)]);
      original.assign(replacement);
    } else {
      args[input] = replacement;
    }
  }
  try {
    return scalarOf(f, args);
  } finally {
    for (const [variable, original] of originals) variable.assign(original);
  }
}

/** `f` at these inputs, as a new tensor; anything but a float32 scalar is misuse. */
export function scalarOf(f: ScalarFunction, inputs: readonly Tensor[]): Tensor {
  const y: unknown = f(...inputs);
  if (!(y instanceof Tensor)) {
    const got = y instanceof Promise ? 'a Promise' : typeof y;
    throw new TypeError(`checkGradients: f must return a scalar tensor, got ${got}`);
  }
  if (y.rank !== 0 || y.dtype !== 'float32') {
    throw new RangeError(
      `checkGradients: f must return a float32 scalar, got ${y.dtype} of shape [${y.shape}]; reduce it with tf.sum or tf.mean`,
    );
  }
  return clone(y);
}
