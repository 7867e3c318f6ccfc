/** What PyTorch and Keras compute: test/golden/make_layers.py. Numbers that JSON lacks are strings. */
export interface Golden {
  readonly x: Values;
  readonly activations: readonly ActivationRow[];
  readonly normalizations: readonly NormalizationRow[];
  readonly kerasConfigs: readonly { readonly className: string; readonly config: Record<string, unknown> }[];
}

type Values = readonly (number | string)[];

export interface ActivationRow {
  readonly layer: ActivationLayer;
  readonly options: Readonly<Record<string, number>>;
  readonly value: Values;
  readonly slope: Values;
  readonly keras: Values;
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

/** Forward and backward: from x, gamma, beta and dy to the rest. */
export interface NormalizationRow {
  readonly layer: 'rmsNorm' | 'groupNorm' | 'instanceNorm';
  readonly options: Readonly<Record<string, number>>;
  readonly peer: string;
  readonly shape: number[];
  readonly x: number[];
  readonly gamma: number[];
  readonly beta?: number[];
  readonly dy: number[];
  readonly y: number[];
  readonly dx: number[];
  readonly dgamma: number[];
  readonly dbeta?: number[];
}

/** Elements that are further apart than the tolerance, a share of the larger one or of 1, written out. */
export function differences(got: ArrayLike<number>, expected: Values, tolerance: number): string[] {
  return expected.flatMap((item, index) => {
    const [a = Number.NaN, b] = [got[index], Number(item)];
    const close = Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
    return close ? [] : [`${index}: got ${a}, expected ${b}`];
  });
}
