import type { Optimizer, Scalar } from '@tensorflow/tfjs-core';
import type { ChangeSums } from '../kernels/compare.js';
import type { ClipRecord, LossScaleRecord, TensorStats, VariableRecord } from '../record/run.js';
import type { Clipped } from './clipper.js';
import type { Gauge, Reading } from './gauge.js';
import type { Unscaled } from './loss-scale.js';
import type { NamedGradient } from './slots.js';

export function variableRecord(gradient: TensorStats | null, weight: ChangeSums | undefined): VariableRecord {
  const weightNorm = Math.sqrt(weight?.aSquares ?? 0);
  const updateNorm = Math.sqrt(weight?.differenceSquares ?? 0);
  return { gradient, weightNorm, updateNorm, updateRatio: updateNorm === 0 ? 0 : updateNorm / weightNorm };
}

export function globalNorm(gradients: readonly (TensorStats | null)[]): number {
  let [squares, nans, infs] = [0, 0, 0];
  for (const gradient of gradients) {
    squares += (gradient?.norm ?? 0) ** 2;
    nans += gradient?.nans ?? 0;
    infs += gradient?.infs ?? 0;
  }
  if (nans > 0) return Number.NaN;
  return infs > 0 ? Infinity : Math.sqrt(squares);
}

export function clipReading(
  gauge: Gauge,
  raw: readonly NamedGradient[],
  { gradients }: Clipped,
  accepted: boolean | Scalar,
  name: string,
): Reading<ClipRecord> {
  const pairs = raw.flatMap(({ name: variable, tensor }) => {
    const after = gradients[variable];
    return tensor != null && after ? [gauge.compare(tensor, after)] : [];
  });
  const accept = typeof accepted === 'boolean' ? () => Number(accepted) : gauge.scalar(accepted);
  return () => {
    let [rawSquares, squares, dot, differing] = [0, 0, 0, 0];
    for (const pair of pairs) {
      const sums = pair();
      rawSquares += sums.aSquares;
      squares += sums.bSquares;
      dot += sums.dot;
      differing += sums.differing;
    }
    return {
      name,
      normAfter: Math.sqrt(squares),
      fired: differing > 0,
      accepted: accept() !== 0,
      cosine: Math.max(-1, Math.min(1, dot / Math.sqrt(rawSquares * squares))),
    };
  };
}

export function lossScaleReading(gauge: Gauge, unscaled: Unscaled): Reading<LossScaleRecord> {
  const [scale, finite] = [gauge.scalar(unscaled.scale), gauge.scalar(unscaled.finite)];
  return () => ({ scale: scale(), fits: finite() !== 0 });
}

export function learningRateOf(optimizer: Optimizer | undefined): number | null {
  const rate = optimizer?.getConfig()['learningRate'];
  return typeof rate === 'number' ? rate : null;
}
