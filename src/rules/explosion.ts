import type { Run, StepRecord } from '../record/run.js';
import { lossTrend, spread } from './loss-trend.js';
import { gradientNorm, variableOf, weightedLayers } from './weighted-layers.js';

/** Growth of the global gradient norm that training did not survive or recover from. */
export interface Explosion {
  /** Index of the first record of the excursion. */
  readonly onset: number;
  /** Median norm before it. */
  readonly usualNorm: number;
  readonly peakNorm: number;
  /**
   * What became of the loss: not finite any more, above what it was before the onset, or (`stuck`) no better, though it
   * had time.
   */
  readonly outcome: 'non-finite' | 'diverging' | 'stuck';
  /** Mean loss before the onset and of the last finite records; NaN where it is not known. */
  readonly lossBefore: number;
  readonly lossAfter: number;
}

/** Records that tell the norm at the beginning: few, because growth may begin at once. */
const firstRecords = 3;
/** Losses before the onset, and records after it, to be compared. */
const comparedRecords = 10;
/** An excursion is where the norm exceeds the first ones by this factor. Heuristic. */
const excursion = 10;
const fewestRecords = 3;
/** Records without improvement after which an excursion is no passing one. Heuristic. */
const patience = 20;
/** The loss diverges when it exceeds by this factor what it was before the onset. Heuristic. */
const divergence = 2;
/** A loss was blown up where it exceeded by this factor what it was before, and what it is now. Heuristic. */
const blowUp = 10;

/** Update over weights at which no model survives: a thousand times cs231n's rule of thumb. */
const overshootRatio = 1;

/**
 * Finds growth by `growth` or more of the global norm. A norm that grows while the loss falls, as on leaving a plateau, is
 * none, and neither is a spike from which the loss has recovered.
 */
export function findExplosion(run: Run, growth: number): Explosion | null {
  const { steps } = run;
  const end = firstNonFinite(steps);
  const norms = steps.slice(0, end).map(({ globalNorm }) => globalNorm);
  let peak = 0;
  for (let i = 1; i < norms.length; i++) if (norm(norms, i) > norm(norms, peak)) peak = i;
  const peakNorm = norm(norms, peak);
  const firstNorm = lowerMedian(norms.slice(0, Math.min(peak, firstRecords)));
  if (!(firstNorm > 0) || !(peakNorm >= growth * firstNorm)) return null;
  const isHigh = (value: number): boolean => value >= excursion * firstNorm;
  let onset = peak;
  while (isHigh(norm(norms, onset - 1))) onset--;

  const before = losses(steps.slice(Math.max(0, onset - comparedRecords), onset));
  const since = losses(steps.slice(onset, end));
  const latest = since.slice(-fewestRecords);
  const found = {
    onset,
    usualNorm: lowerMedian(norms.slice(0, onset)),
    peakNorm,
    lossBefore: spread(before).mean,
    lossAfter: spread(latest).mean,
  };
  if (end < steps.length && isHigh(norm(norms, end - 1))) return { ...found, outcome: 'non-finite' };

  // One or two records before the onset may be lucky batches: then it takes longer to be sure.
  const records = end - onset;
  const highest = Math.max(...before);
  const rise = Math.min(...latest) - highest;
  const evident = records >= (onset < firstRecords ? comparedRecords : fewestRecords);
  if (evident && latest.length > 0 && rise > (divergence - 1) * Math.abs(highest)) {
    return { ...found, outcome: 'diverging' };
  }
  const high = norms.slice(-patience).every(isHigh);
  const worst = Math.max(...since);
  const level = Math.max(highest, ...since.slice(-comparedRecords));
  const blownUp = level > 0 && worst >= blowUp * level;
  if (!high && !blownUp) return null;
  const { succeeded, falling } = lossTrend(run);
  const better = succeeded || falling || found.lossAfter < Math.min(...before);
  const recovered = better && !(blownUp && isDead(run));
  return recovered ? null : { ...found, outcome: 'stuck' };
}

/** A single update larger than the weights, after which nothing was finite. */
export interface Overshoot {
  /** Index of its record. */
  readonly index: number;
  readonly norm: number;
  /** Norm of the update of all weight matrices over their own. */
  readonly ratio: number;
}

/** Looks at the last finite record before the first that is not. */
export function findOvershoot(run: Run): Overshoot | null {
  const index = firstNonFinite(run.steps) - 1;
  const record = run.steps[index];
  if (record === undefined || index === run.steps.length - 1) return null;
  let [update, weight] = [0, 0];
  for (const key of weightedLayers(run).flatMap((layer) => layer.kernels)) {
    const { updateNorm = 0, weightNorm = 0 } = variableOf(record, key) ?? {};
    update += updateNorm ** 2;
    weight += weightNorm ** 2;
  }
  const ratio = Math.sqrt(update / weight);
  return ratio >= overshootRatio && ratio < Number.POSITIVE_INFINITY
    ? { index, norm: record.globalNorm, ratio }
    : null;
}

/** Whether no weight matrix gets a gradient any more: what the loss still gains, it gains by the output bias. */
function isDead(run: Run): boolean {
  const newest = run.steps.at(-1);
  const kernels = weightedLayers(run).flatMap((layer) => layer.kernels);
  return newest !== undefined && gradientNorm(newest, kernels) === 0;
}

/** Index of the first record whose loss or norm is not finite; the number of records where there is none. */
export function firstNonFinite(steps: readonly StepRecord[]): number {
  const index = steps.findIndex(
    ({ loss, globalNorm }) => !Number.isFinite(globalNorm) || (loss !== null && !Number.isFinite(loss)),
  );
  return index < 0 ? steps.length : index;
}

function norm(norms: readonly number[], index: number): number {
  return norms[index] ?? 0;
}

function losses(records: readonly StepRecord[]): number[] {
  return records.map(({ loss }) => loss).filter((loss) => loss !== null);
}

/** Of an even number of values the lower one, so that a first step and an explosion after it give the first. */
function lowerMedian(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}
