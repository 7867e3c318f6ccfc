/** Activations that cut about half of the variance away, which the weights must make up for. */
const rectifiers = new Set([
  'relu',
  'relu6',
  'leakyRelu',
  'prelu',
  'thresholdedRelu',
  'elu',
  'gelu',
  'gelu_new',
  'swish',
  'silu',
  'mish',
  'softplus',
]);

/** The initialiser that keeps the variance of signals and gradients through layers of this activation. */
export function fittingInitializer(
  activation: string | undefined,
): 'heNormal' | 'lecunNormal' | 'xavierUniform' {
  if (activation === 'selu') return 'lecunNormal';
  return activation !== undefined && rectifiers.has(activation) ? 'heNormal' : 'xavierUniform';
}

/** Variance that a truncated normal keeps; tfjs does not correct its `normal` initialisers for it (tfjs#8594). */
const truncatedVariance = 0.7737;

/** Whether weights of this initialiser, written as in `LayerFacts`, keep the variance within a factor of 2. */
export function fitsActivation(initializer: string, activation: string | undefined): boolean {
  const wanted = fittingInitializer(activation) === 'heNormal' ? 2 : 1;
  const scaling = /^VarianceScaling\(([^,]+), \w+, (\w+)\)$/.exec(initializer);
  if (scaling) {
    const variance = Number(scaling[1]) * (scaling[2] === 'normal' ? truncatedVariance : 1);
    return variance > wanted / 2 && variance < wanted * 2;
  }
  const orthogonal = /^Orthogonal(?:\(([^,)]+)\))?/.exec(initializer);
  if (orthogonal) {
    const variance = Number(orthogonal[1] ?? 1) ** 2;
    return variance > wanted / 2 && variance < wanted * 2;
  }
  return initializer === 'Identity';
}

/** Whether the initialiser draws weights of one small spread, whatever the number of inputs: `RandomUniform(-0.05, 0.05)`. */
export function isSmallSpread(initializer: string): boolean {
  const [, name, a, b] = /^(\w+)(?:\(([^,)]+)(?:, ([^,)]+))?\))?/.exec(initializer) ?? [];
  if (name === 'RandomUniform') return Math.max(Math.abs(Number(a)), Math.abs(Number(b))) <= smallSpread;
  if (name === 'RandomNormal' || name === 'TruncatedNormal') return Math.abs(Number(b)) <= smallSpread;
  return name === 'Zeros' || (name === 'Constant' && Math.abs(Number(a)) <= smallSpread);
}

/** Twice the default of tfjs's fixed-spread initialisers. Heuristic. */
const smallSpread = 0.1;
