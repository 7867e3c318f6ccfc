import { type Penalty, penaltyOf } from '../record/penalty.js';
import type { Run, StepRecord } from '../record/run.js';
import { remember } from './remember.js';
import { variableOf } from './weighted-layers.js';

/** Share of a loss, a sum of many float32 numbers, below which a difference from it tells nothing. Heuristic. */
const leastShare = 1e-3;

interface Penalised {
  readonly key: string;
  readonly penalty: Penalty;
}

/**
 * The losses of a run's records without its penalties on weights: what the model makes of the data. Exact for l2, of which the
 * norms of the weights tell all; a penalty by l1 stays in it, as does that of weights which are not trained. Nothing is taken
 * away where it would leave no more than the rounding of a loss, or less than nothing, as in a loop of one's own that adds no
 * penalty.
 */
export const dataLosses: (run: Run) => readonly (number | null)[] = remember((run) => {
  const penalised = penaltiesOf(run);
  const whole = run.steps.map(({ loss }) => loss);
  if (penalised.length === 0) return whole;
  const rest = run.steps.map((record) => (record.loss ?? 0) - penaltyIn(record, penalised));
  const isLost = whole.some((loss, index) => loss !== null && (rest[index] ?? 0) < leastShare * loss);
  return isLost ? whole : whole.map((loss, index) => (loss === null ? null : (rest[index] ?? 0)));
});

export const judgedLossInWords = (run: Run): string =>
  dataLosses(run).some((loss, index) => !Object.is(loss, run.steps[index]?.loss))
    ? 'The loss, its penalty on weights aside,'
    : 'The loss';

function penaltiesOf({ model }: Run): readonly Penalised[] {
  return (model?.layers ?? []).flatMap((layer) =>
    Object.keys(layer.regularizers ?? {}).flatMap((name): Penalised[] => {
      const penalty = penaltyOf(layer, name);
      return penalty && penalty.l2 > 0 ? [{ key: `${layer.path}/${name}`, penalty }] : [];
    }),
  );
}

/** 0 where weights are not finite any more: tfjs cuts the loss of such off, so that it looks like a number. */
function penaltyIn(record: StepRecord, penalised: readonly Penalised[]): number {
  let sum = 0;
  for (const { key, penalty } of penalised) {
    sum += penalty.l2 * (variableOf(record, key)?.weightNorm ?? 0) ** 2;
  }
  return Number.isFinite(sum) ? sum : 0;
}
