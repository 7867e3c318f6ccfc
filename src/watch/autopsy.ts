import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { PlacedLayer } from '../layout/paths.js';
import type { Finding } from '../record/finding.js';
import type { StepRecord } from '../record/run.js';
import { hold } from './gauge.js';
import { readsSynchronously } from './hook.js';
import { type Culprit, postMortem } from './post-mortem.js';
import { createUsualLoss } from './usual-loss.js';

/** Keeps the last weights that were sound, and examines the first step that is not finite. */
export interface Autopsy {
  /** A step on these inputs and targets is about to begin. */
  begin(step: number, data: readonly Tensor[]): void;
  /** Takes the record of a step; returns what the first one that is not finite died of. */
  examine(record: StepRecord): Finding | null;
  /** Puts the last sound weights back and returns the step before which they stood; `null` where there are none. */
  restore(): number | null;
  dispose(): void;
}

type Weight = LayersModel['weights'][number];

/** Values of weights, held without a copy: an optimizer never writes into a tensor, it replaces it. Freezing a layer moves weights. */
type Values = ReadonlyMap<Weight, Tensor>;

interface Snapshot {
  readonly step: number;
  readonly weights: Values;
  /** Inputs and targets; none where the record comes too late to run them again. */
  readonly data: readonly Tensor[];
}

/** Steps whose records are still on the device; while there are as many, steps go without a snapshot. */
const MOST_PENDING = 8;

const release = ({ weights, data }: Snapshot): void => dispose([...weights.values(), ...data]);

export function createAutopsy(model: LayersModel, placed: () => readonly PlacedLayer[]): Autopsy {
  let pending: Snapshot[] = [];
  let good: Snapshot | undefined;
  let dead = false;
  const isUsual = createUsualLoss();

  const keepGood = (snapshot: Snapshot): void => {
    if (good) release(good);
    good = { ...snapshot, data: [] };
    dispose([...snapshot.data]);
  };
  const valuesNow = (): Values => new Map(model.weights.map((weight) => [weight, hold(weight.read())]));
  const assign = (weights: Values): void => {
    for (const [weight, value] of weights) weight.write(value);
  };
  /** Runs the step's batch again with the weights of before it. */
  const examineAgain = ({ weights, data }: Snapshot): Culprit | null => {
    const after = valuesNow();
    try {
      assign(weights);
      return postMortem(model, placed(), data);
    } finally {
      assign(after);
      dispose([...after.values()]);
    }
  };
  /** The snapshot of a step; those of earlier ones are not needed any more. */
  const take = (step: number): Snapshot | undefined => {
    const found = pending.find((snapshot) => snapshot.step === step);
    for (const snapshot of pending) if (snapshot.step < step) release(snapshot);
    pending = pending.filter((snapshot) => snapshot.step > step);
    return found;
  };

  return {
    begin(step, data) {
      const immediate = readsSynchronously();
      if (immediate) take(step);
      if (dead || pending.length >= MOST_PENDING) return;
      pending.push({ step, weights: valuesNow(), data: immediate ? data.map(hold) : [] });
    },
    examine(record) {
      const snapshot = take(record.step);
      const weightsAreFinite = Object.values(record.variables).every(({ weightNorm }) =>
        Number.isFinite(weightNorm),
      );
      const allFinite =
        weightsAreFinite && Number.isFinite(record.globalNorm) && Number.isFinite(record.loss ?? 0);
      const keep = (isSound: boolean): void => {
        if (snapshot && isSound) keepGood(snapshot);
        else if (snapshot) release(snapshot);
      };
      if (allFinite) {
        // A clip may have kept it from the weights.
        dead = false;
        keep(record.loss === null || isUsual(record.loss));
        return null;
      }
      if (dead) {
        keep(false);
        return null;
      }
      dead = true;
      const culprit = weightsAreFinite && snapshot?.data.length ? examineAgain(snapshot) : undefined;
      // Weights may be finite and lost all the same, unless it is the data that broke the step.
      keep(weightsAreFinite && (good === undefined || isOfData(culprit)));
      return finding(record, weightsAreFinite, culprit, good?.step);
    },
    restore() {
      if (!good) return null;
      assign(good.weights);
      dead = false;
      return good.step;
    },
    dispose() {
      for (const snapshot of pending) release(snapshot);
      if (good) release(good);
      pending = [];
      good = undefined;
    },
  };
}

const isOfData = (culprit: Culprit | null | undefined): boolean =>
  culprit?.tensor === 'input' || culprit?.tensor === 'target';

function finding(
  { step, variables }: StepRecord,
  weightsAreFinite: boolean,
  culprit: Culprit | null | undefined,
  restorable: number | undefined,
): Finding {
  const weight = Object.keys(variables)
    .sort()
    .find((key) => !Number.isFinite(variables[key]?.weightNorm));
  const { where = weight ?? 'model', sample = null } = culprit ?? {};
  return {
    rule: 'autopsy',
    severity: 'info',
    where,
    firstStep: step,
    lastStep: step,
    evidence: {
      step,
      ...(sample !== null && { sample }),
      ...(restorable !== undefined && { restorableStep: restorable }),
    },
    message:
      `Step ${step} is the first that is not finite: ${weightsAreFinite ? story(culprit) : `${weight} was so before it began`}.` +
      (restorable === undefined
        ? ''
        : ` The weights of before step ${restorable} are the last sound ones; monitor.restore() puts them back.`),
    remedies: [],
  };
}

function story(culprit: Culprit | null | undefined): string {
  if (culprit === undefined) return 'its batch is gone, so that it cannot be run again';
  if (culprit === null)
    return 'its batch run again is finite, so chance, as of dropout, or the sum of its gradients made it so';
  const { tensor, where, sample, value } = culprit;
  return `the ${tensor} of ${where} holds ${value}${sample === null ? '' : ` for sample ${sample} of its batch`}, the first in the order of computation`;
}
