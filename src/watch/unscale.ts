import type {
  LayerRecord,
  StepRecord,
  TensorStats,
  ThroughTimeRecord,
  VariableRecord,
} from '../record/run.js';

/**
 * The record of a step whose gradients were measured while they were still scaled, on the host and in float64: unscaled
 * on a device of 16-bit floats, the smallest of them would have been counted as zeros.
 *
 * @param record - Returned as it is unless its loss was scaled.
 */
export function unscaleRecord(record: StepRecord): StepRecord {
  const { variables, layers, throughTime, lossScale } = record;
  if (!lossScale) return record;
  const { scale } = lossScale;
  return {
    ...record,
    globalNorm: record.globalNorm / scale,
    variables: mapValues(variables, (variable: VariableRecord) => ({
      ...variable,
      gradient: unscaleStats(variable.gradient, scale),
    })),
    ...(layers && {
      layers: mapValues(layers, (layer: LayerRecord) => ({
        ...layer,
        outputGradient: unscaleStats(layer.outputGradient, scale),
      })),
    }),
    ...(throughTime && {
      throughTime: mapValues(throughTime, (layer: ThroughTimeRecord) => unscaleThroughTime(layer, scale)),
    }),
  };
}

function unscaleThroughTime(record: ThroughTimeRecord, scale: number): ThroughTimeRecord {
  const { hiddenGradientNorms, cellGradientNorms } = record;
  const unscaled = (norms: readonly number[]): number[] => norms.map((norm) => norm / scale);
  return {
    ...record,
    hiddenGradientNorms: unscaled(hiddenGradientNorms),
    ...(cellGradientNorms && { cellGradientNorms: unscaled(cellGradientNorms) }),
  };
}

function unscaleStats(stats: TensorStats | null, scale: number): TensorStats | null {
  if (!stats) return null;
  const { norm, mean, std, absMean, min, max, histogram } = stats;
  return {
    ...stats,
    norm: norm / scale,
    mean: mean / scale,
    std: std / scale,
    absMean: absMean / scale,
    min: min / scale,
    max: max / scale,
    ...(histogram && { histogram: { bins: shiftBins(histogram.bins, Math.log2(scale)) } }),
  };
}

type Bins = readonly (readonly [index: number, count: number])[];

/** An index is a sign, eight bits of exponent and one of mantissa: a power of two moves the exponent, up to that of 0. */
function shiftBins(bins: Bins, exponent: number): Bins {
  const counts = new Map<number, number>();
  for (const [index, count] of bins) {
    const sign = index & 0x200;
    const magnitude = Math.max((index & 0x1ff) - 2 * exponent, index & 1);
    const shifted = sign | magnitude;
    counts.set(shifted, (counts.get(shifted) ?? 0) + count);
  }
  return [...counts];
}

const mapValues = <T, U>(map: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
