import { add, div, mul, sub, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';

/** Shift and scale of each feature: standardised = (value - mean) / std. */
export interface Standardization {
  /** One for each feature, the last axis. */
  readonly mean: readonly number[];
  /** Standard deviations, 1 where a feature is constant. */
  readonly std: readonly number[];
}

/** Measures mean and standard deviation over all axes but the last; what is not finite is left out. */
export function measureStandardization(values: ArrayLike<number>, features: number): Standardization {
  const count = new Float64Array(features);
  const mean = new Float64Array(features);
  const squares = new Float64Array(features);
  // Welford's update, which keeps its digits where the mean is large.
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    const feature = i % features;
    const n = (count[feature] ?? 0) + 1;
    const off = value - (mean[feature] ?? 0);
    count[feature] = n;
    mean[feature] = (mean[feature] ?? 0) + off / n;
    squares[feature] = (squares[feature] ?? 0) + off * (value - (mean[feature] ?? 0));
  }
  const std = Array.from(squares, (sum, i) => Math.sqrt(sum / Math.max(1, count[i] ?? 1)));
  return { mean: [...mean], std: std.map((value) => (value > 0 ? value : 1)) };
}

/** (value - mean) / std; the tensor itself without a standardisation. */
export function standardize(values: Tensor, by: Standardization | undefined): Tensor {
  if (!by) return values;
  return tidy(() => div(sub(values, tensor([...by.mean])), tensor([...by.std])));
}

/** value * std + mean; the tensor itself without a standardisation. */
export function restore(values: Tensor, by: Standardization | undefined): Tensor {
  if (!by) return values;
  return tidy(() => add(mul(values, tensor([...by.std])), tensor([...by.mean])));
}
