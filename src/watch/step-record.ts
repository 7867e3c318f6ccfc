import type { Optimizer, Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { ChangeSums } from '../kernels/compare.js';
import { type Penalty, penaltyGradientNorm } from '../record/penalty.js';
import type { ClipRecord, LossScaleRecord, TensorStats, VariableRecord } from '../record/run.js';
import type { Clipped } from './clipper.js';
import type { Gauge, Reading } from './gauge.js';
import type { Unscaled } from './loss-scale.js';
import type { NamedGradient } from './slots.js';

export function variableRecord(
  gradient: TensorStats | null,
  change: ChangeSums | undefined,
  penaltyNorm: number | undefined,
  weight: TensorStats | undefined,
): VariableRecord {
  const weightNorm = Math.sqrt(change?.aSquares ?? 0);
  const updateNorm = Math.sqrt(change?.differenceSquares ?? 0);
  const updateRatio = updateNorm === 0 ? 0 : updateNorm / weightNorm;
  const record: VariableRecord = { gradient, weightNorm, updateNorm, updateRatio };
  // Most have neither: a spread would copy what is there.
  if (penaltyNorm !== undefined) Object.assign(record, { penaltyNorm });
  if (weight !== undefined) Object.assign(record, { weight });
  return record;
}

export function globalNorm(variables: readonly (readonly [key: string, record: VariableRecord])[]): number {
  let [squares, nans, infs] = [0, 0, 0];
  for (const [, { gradient }] of variables) {
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
  layerOf: (variable: string) => string,
): Reading<ClipRecord> {
  const pairs = raw.flatMap(({ name: variable, tensor }) => {
    const after = gradients[variable];
    return tensor != null && after ? [[layerOf(variable), gauge.compare(tensor, after)] as const] : [];
  });
  const accept = typeof accepted === 'boolean' ? () => Number(accepted) : gauge.scalar(accepted);
  return () => {
    let [rawSquares, squares, taken, dot, differing] = [0, 0, 0, 0, 0];
    const takenFrom = new Map<string, number>();
    for (const [layer, pair] of pairs) {
      const sums = pair();
      rawSquares += sums.aSquares;
      squares += sums.bSquares;
      dot += sums.dot;
      differing += sums.differing;
      taken += sums.differenceSquares;
      takenFrom.set(layer, (takenFrom.get(layer) ?? 0) + sums.differenceSquares);
    }
    const shares = [...takenFrom].map(([layer, part]) => [layer, part / taken] as const);
    return {
      name,
      normAfter: Math.sqrt(squares),
      scale: Math.sqrt(squares / rawSquares),
      fired: differing > 0,
      accepted: accept() !== 0,
      cosine: Math.max(-1, Math.min(1, dot / Math.sqrt(rawSquares * squares))),
      ...(taken > 0 && { shares: Object.fromEntries(shares) }),
    };
  };
}

/** The L2 norm of a regulariser's gradient. Its weight is measured only where the norm alone does not tell. */
export function penaltyReading(
  gauge: Gauge,
  penalty: Penalty,
  weight: Tensor,
  change: Reading<ChangeSums>,
): Reading<number> {
  const { size } = weight;
  if (penalty.l1 === 0 || penalty.l2 === 0) {
    return () => penaltyGradientNorm(penalty, { size, absSum: 0, norm: Math.sqrt(change().aSquares) });
  }
  const stats = gauge.stats(weight, false);
  return () => {
    const { absMean, norm } = stats();
    return penaltyGradientNorm(penalty, { size, absSum: absMean * size, norm });
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
