import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run, StepRecord, TensorStats } from '../record/run.js';
import { compare, kernelProfile } from './depth-profile.js';
import { findExplosion } from './explosion.js';
import { lossTrend } from './loss-trend.js';
import { checkCount } from './threshold.js';
import { variableOf, type WeightedLayer, weightedLayers } from './weighted-layers.js';
import { type Block, explainBlock, explainOutput } from './zero-cause.js';

/** Options of {@link zeroGradient}. */
export interface ZeroGradientOptions {
  /**
   * Newest records in which the gradient must be exactly 0. Three are enough when it was so from the first record on.
   *
   * @default 10 (heuristic)
   */
  readonly overRecords?: number;
}

const id = 'zero-gradient';
const fewestRecords = 3;
/** Growth of the gradient norm before layers died, as in the default of the rule for exploding gradients. */
const explainingGrowth = 100;
/** Ratio to the output's gradient before, at which the rule for vanishing gradients needs no more evidence. */
const fadedRatio = 1e-5;

/**
 * Finds layers whose gradient is exactly 0 while the loss is not: they do not learn at all, which is not the same as
 * learning slowly.
 *
 * Tells apart, as far as the records allow: an output that passes no gradient by construction (softmax over one unit, relu
 * under a cross-entropy), predictions so wrong that the cross-entropy is cut off, dead or saturated hidden layers,
 * weights of 0, and gradients that fell below what a float32 can hold (`because` of a vanishing gradient).
 *
 * Silent where the loss is all but zero; where it is not known, silent unless only some layers are at 0 or all have been
 * from the first record on. An `error` where no weight matrix can get a gradient again, else a `warning`. NaN is not 0.
 *
 * @param options - How long the gradient must have been 0.
 * @throws RangeError when `overRecords` is not a positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.zeroGradient().id); // zero-gradient
 * ```
 */
export function zeroGradient(options: ZeroGradientOptions = {}): Rule {
  assertKnownOptions('zeroGradient', options, ['overRecords']);
  const { overRecords = 10 } = options;
  checkCount('zeroGradient', 'overRecords', overRecords);
  return {
    id,
    explains: ['unchanged-weights', 'update-ratio-low', 'loss-plateau', 'loss-divergence'],
    check: (run) => check(run, overRecords),
  };
}

function check(run: Run, overRecords: number): Finding[] {
  const { steps } = run;
  const window = steps.slice(-overRecords);
  if (window.length < Math.min(overRecords, fewestRecords) || lossTrend(run).converged) return [];
  const layers = weightedLayers(run).filter(({ kernels }) => kernels.length > 0);
  const states = layers.map((layer) => stateOver(window, layer.kernels));
  const pick = (state: GradientState): WeightedLayer[] => layers.filter((_, i) => states[i] === state);
  const [zero, live] = [pick('zero'), pick('other')];
  const found: Finding[] = [];
  const first = zero[0];
  const since = first === undefined ? 0 : zeroSince(steps, first.kernels);
  const lossKnown = steps.some(({ loss }) => loss !== null);
  if (first !== undefined && (live.length > 0 || lossKnown || since === steps[0]?.step)) {
    found.push(zeroFinding(run, { window, zero, live, since }));
  }
  return found;
}

/** `other`: neither all zero nor all missing in the records that hold these weights. */
type GradientState = 'zero' | 'missing' | 'other';

function stateOver(records: readonly StepRecord[], keys: readonly string[]): GradientState {
  let state: GradientState | undefined;
  for (const record of records) {
    for (const key of keys) {
      const gradient = variableOf(record, key)?.gradient;
      if (gradient === undefined) continue;
      const now = gradient === null ? 'missing' : isZero(gradient) ? 'zero' : 'other';
      if (state !== undefined && now !== state) return 'other';
      state = now;
    }
  }
  return state ?? 'other';
}

function isZero({ size, zeros }: TensorStats): boolean {
  return size > 0 && zeros === size;
}

function zeroSince(steps: readonly StepRecord[], keys: readonly string[]): number {
  let since = 0;
  for (const record of [...steps].reverse()) {
    if (stateOver([record], keys) !== 'zero') break;
    since = record.step;
  }
  return since;
}

function zeroFinding(run: Run, block: Block): Finding {
  const { zero, live, window, since } = block;
  const vectors = weightedLayers(run).flatMap((layer) => layer.vectors);
  const outputGetsNone = live.length === 0 && vectors.every((key) => stateOver(window, [key]) !== 'other');
  const cause = outputGetsNone ? explainOutput(run, block) : explainBlock(run, block);
  const because = cause.because ?? precedent(run, since);
  const first = zero[0]?.path;
  const subject =
    zero.length === 1
      ? `${first}: the gradient of its weights has been`
      : `${first} and ${zero.length - 1} more: the gradients of their weights have been`;
  return {
    rule: id,
    severity: cause.severity,
    where: cause.where,
    firstStep: since,
    lastStep: run.steps.at(-1)?.step ?? since,
    evidence: { layers: zero.length, ofLayers: zero.length + live.length },
    message: `${subject} exactly 0 since step ${since}: ${cause.why}.`,
    ...(because !== undefined && { because }),
    remedies: cause.remedies,
  };
}

/** What the records before the gradient was gone show. */
function precedent(run: Run, since: number): string | undefined {
  const explosion = findExplosion(run, explainingGrowth);
  if (explosion !== null && since >= (run.steps[explosion.onset]?.step ?? 0)) return 'exploding-gradient';
  const before = run.steps.filter(({ step }) => step < since).slice(-fewestRecords);
  const profile = kernelProfile(run);
  const [first] = profile?.hidden ?? [];
  if (profile === null || first === undefined || before.length < fewestRecords) return undefined;
  return compare(first, profile.output, before).ratio <= fadedRatio ? 'vanishing-gradient' : undefined;
}
