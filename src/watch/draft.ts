import type { ChangeSums } from '../kernels/compare.js';
import type { ClipRecord, LossScaleRecord, StepRecord, TensorStats, VariableRecord } from '../record/run.js';
import type { ActivationDraft } from './activations.js';
import type { Gauge, Reading } from './gauge.js';
import type { SequencesDraft } from './sequences.js';
import type { NamedGradient } from './slots.js';
import { globalNorm, variableRecord } from './step-record.js';
import { unscaleRecord } from './unscale.js';

/** One step as it is being measured. */
export interface Draft {
  readonly step: number;
  readonly gauge: Gauge;
  readonly sequences: SequencesDraft;
  /** Whether layers are tapped with histograms; `null` where they are not tapped. */
  taps: boolean | null;
  loss?: Reading<number>;
  gradients?: ReadonlyMap<string, Reading<TensorStats> | null>;
  activations?: ActivationDraft;
  weights?: ReadonlyMap<string, Reading<TensorStats>>;
  /** See {@link StepRecord.movedElsewhere}. */
  movedElsewhere?: boolean;
  /** Of a step whose loss was scaled. */
  lossScale?: Reading<LossScaleRecord>;
}

/** What is known of a step when it ends. */
export interface StepEnd extends Pick<StepRecord, 'wallTimeMs' | 'learningRate'> {
  readonly watchShare: number;
  /** Of a tfjs variable in records. */
  keyOf(variable: string): string;
  /** By variable, as all that follow. */
  readonly updates: ReadonlyMap<string, Reading<ChangeSums>>;
  readonly penalties: ReadonlyMap<string, Reading<number>> | undefined;
  readonly clip: Reading<ClipRecord> | undefined;
}

/** Statistics of the gradients of a step; `null` where none came. */
export function gradientReadings(
  gauge: Gauge,
  gradients: readonly NamedGradient[],
  histogram: boolean,
): NonNullable<Draft['gradients']> {
  return new Map(
    gradients.map(({ name, tensor }) => [name, tensor == null ? null : gauge.stats(tensor, histogram)]),
  );
}

/** Whether what was read at once is not finite. */
export function isSick({ loss, gradients = new Map() }: Draft): boolean {
  if (loss && !Number.isFinite(loss())) return true;
  for (const gradient of gradients.values()) {
    const stats = gradient?.();
    if (stats && stats.nans + stats.infs > 0) return true;
  }
  return false;
}

/** The record of a step; to be called once its gauge has settled. */
export function recordOf(draft: Draft, { keyOf, updates, penalties, clip, ...end }: StepEnd): StepRecord {
  const variables: [key: string, VariableRecord][] = [];
  for (const [name, gradient] of draft.gradients ?? []) {
    const measured = variableRecord(
      gradient?.() ?? null,
      updates.get(name)?.(),
      penalties?.get(name)?.(),
      draft.weights?.get(name)?.(),
    );
    variables.push([keyOf(name), measured]);
  }
  const record: StepRecord = {
    step: draft.step,
    wallTimeMs: end.wallTimeMs,
    loss: draft.loss?.() ?? null,
    learningRate: end.learningRate,
    globalNorm: globalNorm(variables),
    variables: Object.fromEntries(variables),
    watchShare: end.watchShare,
  };
  // What most steps do not have, past the literal: spreads in it take as long as all its numbers.
  const throughTime = draft.sequences.records();
  if (clip) Object.assign(record, { clip: clip() });
  if (draft.lossScale) Object.assign(record, { lossScale: draft.lossScale() });
  if (draft.movedElsewhere) Object.assign(record, { movedElsewhere: true });
  if (draft.activations) Object.assign(record, draft.activations.records());
  if (throughTime) Object.assign(record, { throughTime });
  return unscaleRecord(record);
}
