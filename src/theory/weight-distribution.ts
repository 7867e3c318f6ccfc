/** How the entries of a weight are drawn. */
export type WeightDistribution =
  | { readonly kind: 'random'; readonly mean: number; readonly variance: number }
  | { readonly kind: 'identity'; readonly gain: number };

/** Of N(0, 1) cut at 2, which tfjs does not correct. */
const truncatedVariance = 0.7737413035499232;

type Read = (values: readonly string[], shape: readonly number[]) => WeightDistribution | null;

const random = (mean: number, variance: number): WeightDistribution => ({ kind: 'random', mean, variance });

/** By tfjs's class names; what they draw, not what they promise. */
const distributions: Readonly<Record<string, Read>> = {
  Zeros: () => random(0, 0),
  Ones: () => random(1, 0),
  Constant: ([value]) => random(Number(value), 0),
  RandomNormal: ([mean, std]) => random(Number(mean), Number(std) ** 2),
  TruncatedNormal: ([mean, std]) => random(Number(mean), truncatedVariance * Number(std) ** 2),
  RandomUniform: ([low, high]) =>
    random((Number(low) + Number(high)) / 2, (Number(high) - Number(low)) ** 2 / 12),
  // The shorter side is orthonormal, so that entries have the mean square 1 / the longer side.
  Orthogonal: ([gain], shape) => random(0, Number(gain) ** 2 / Math.max(...shape)),
  Identity: ([gain]) => ({ kind: 'identity', gain: Number(gain) }),
  VarianceScaling: ([scale, mode, distribution], [fanIn, fanOut]) => {
    if (fanIn === undefined || fanOut === undefined) return null;
    const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[String(mode)];
    if (fan === undefined) return null;
    // 'truncatedNormal' is uniform in tfjs, and has the variance asked for.
    const share = distribution === 'normal' ? truncatedVariance : 1;
    return random(0, (share * Number(scale)) / Math.max(1, fan));
  },
};

/**
 * Reads how a record names an initialiser, e.g. `VarianceScaling(2, fanIn, normal)`.
 *
 * @param shape - [in, out] of a kernel, [units] of a bias.
 * @returns `null` for an initialiser that this does not know.
 */
export function weightDistribution(initializer: string, shape: readonly number[]): WeightDistribution | null {
  const [, name = '', values = ''] = /^(\w+)(?:\((.*)\))?$/.exec(initializer) ?? [];
  const read = Object.hasOwn(distributions, name) ? distributions[name] : undefined;
  const found = read?.(values.split(', '), shape) ?? null;
  return found !== null && Object.values(found).includes(Number.NaN) ? null : found;
}
