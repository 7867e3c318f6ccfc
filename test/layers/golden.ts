/** What PyTorch and Keras compute: test/golden/make_layers.py. Numbers that JSON lacks are strings. */
export interface Golden {
  readonly x: readonly (number | string)[];
  readonly activations: readonly ActivationRow[];
}

export interface ActivationRow {
  readonly layer: ActivationLayer;
  readonly options: Readonly<Record<string, number>>;
  readonly value: readonly (number | string)[];
  readonly slope: readonly (number | string)[];
  readonly keras: readonly (number | string)[];
}

export type ActivationLayer =
  | 'leakyRelu'
  | 'silu'
  | 'hardSwish'
  | 'celu'
  | 'elu'
  | 'hardTanh'
  | 'hardSigmoid'
  | 'softshrink';

/** Elements that are further apart than the tolerance, a share of the larger one or of 1, written out. */
export function differences(
  got: ArrayLike<number>,
  expected: readonly (number | string)[],
  tolerance: number,
): string[] {
  return expected.flatMap((item, index) => {
    const [a = Number.NaN, b] = [got[index], Number(item)];
    const close = Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
    return close ? [] : [`${index}: got ${a}, expected ${b}`];
  });
}
