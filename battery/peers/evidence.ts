import type { Finding, Run } from '../../src/index.js';

/** Everything that the published rules read. */
export interface Evidence {
  /** Every step, with histograms of the gradients. */
  readonly run: Run;
  readonly epochs: readonly EpochRecord[];
  readonly totalEpochs: number;
  readonly stepsPerEpoch: number;
  /** Of some steps, the first among them; each is of the state behind the step. */
  readonly probes: readonly Probe[];
  /** Of the targets: least and greatest value. */
  readonly labels: { readonly min: number; readonly max: number };
  /** Of the inputs. */
  readonly inputs: { readonly min: number; readonly max: number };
}

/** One pass over the training data. */
export interface EpochRecord {
  readonly lastStep: number;
  readonly meanLoss: number;
  /** `null` in a regression. */
  readonly accuracy: number | null;
  readonly heldOutAccuracy: number | null;
}

/** Weights and outputs of every layer at one step. */
export interface Probe {
  readonly step: number;
  readonly weights: readonly WeightProbe[];
  readonly outputs: readonly OutputProbe[];
}

export interface WeightProbe {
  readonly rank: number;
  readonly fanIn: number;
  readonly fanOut: number;
  readonly activation: string;
  readonly size: number;
  readonly variance: number;
  readonly absMean: number;
  /** Share of elements below 1e-5 in size. */
  readonly tiny: number;
  readonly negative: number;
}

export interface OutputProbe {
  readonly activation: string;
  readonly isOutput: boolean;
  readonly finite: boolean;
  readonly absMean: number;
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** Greatest sum of sizes over the last axis. */
  readonly maxSum: number;
  /** Share of outputs that are 0 or less. */
  readonly notPositive: number;
  /** Share of units whose input is beyond +-5, sigmoid and tanh only. */
  readonly beyondFive: number;
  /** Share of units that are active, by SageMaker Debugger's limits, in less than 1 % of the samples. */
  readonly inactiveUnits: number;
  /** Share of units whose 95th percentile of sizes is below 1e-5. */
  readonly deadUnits: number;
  /** Share of units that TheDeepChecker calls saturated. */
  readonly saturatedUnits: number;
  /** Values behind `std`. */
  readonly size: number;
}

/** What a peer says, in the words of this library's rule ids where one fits. */
export type Alarm = Pick<Finding, 'rule' | 'where' | 'firstStep'>;

/** A published detector. */
export interface Peer {
  readonly name: string;
  check(evidence: Evidence): Alarm[];
}

/** An alarm about the whole model. */
export const alarm = (rule: string, firstStep: number, where = 'model'): Alarm => ({
  rule,
  where,
  firstStep,
});

/** The first of these for which `holds`, as an alarm. */
export function firstAlarm<T extends { readonly step: number }>(
  rule: string,
  candidates: readonly T[],
  holds: (candidate: T) => boolean,
): Alarm[] {
  const found = candidates.find(holds);
  return found ? [alarm(rule, found.step)] : [];
}
