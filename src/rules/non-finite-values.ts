import type { Run, StepRecord, TensorStats } from '../record/run.js';

/** What of the data holds NaN or an infinite value, as far as its statistics tell. */
export function nonFiniteData({ data }: Run): readonly ('input' | 'target')[] {
  return (['input', 'target'] as const).filter((name) => hasNonFinite(data?.[name]));
}

export function hasNonFinite(values: TensorStats | null | undefined): boolean {
  return values !== null && values !== undefined && values.nans + values.infs > 0;
}

/** Keys of the weights that hold NaN or an infinite value. */
export function nonFiniteWeights({ variables }: StepRecord): string[] {
  return Object.keys(variables).filter((key) => !Number.isFinite(variables[key]?.weightNorm));
}
