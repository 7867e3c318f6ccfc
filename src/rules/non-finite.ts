import type { Finding, Remedy, Rule } from '../record/finding.js';
import type { Run, StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { findExplosion, findOvershoot } from './explosion.js';
import { hasNonFinite, nonFiniteData, nonFiniteWeights } from './non-finite-values.js';
import { outputFault } from './output-fault.js';
import { learningRateRemedy } from './smaller-steps.js';
import { weightedLayers } from './weighted-layers.js';

const id = 'non-finite';
/** Growth of the gradient norm that explains what follows it; as in the default of the rule for exploding gradients. */
const explainingGrowth = 100;

/**
 * Finds the first NaN or infinite loss, gradient or weight, and where it began.
 *
 * `where` is the first layer in backward order, so the deepest, whose gradient (or else weight) was not finite at the first
 * such step; `model` where the records do not tell. An `error` while the newest record is still not finite, or weights
 * are; a `warning` when training came back; `info` when a clip rejected or repaired every such gradient. Names an
 * exploding gradient as the cause when the norm grew a hundredfold or an update was larger than the weights before, and
 * NaN in the data when their statistics hold some. One record is evidence enough.
 *
 * @example
 * ```ts
 * import { diagnose, rules, type StepRecord } from 'gradient-health';
 *
 * const steps: StepRecord[] = [0.5, Number.NaN].map((loss, step) => ({
 *   step, wallTimeMs: 0, loss, learningRate: 0.1, globalNorm: 1, variables: {},
 * }));
 * const report = diagnose({ schema: 1, model: null, backend: null, data: null, steps }, [rules.nonFinite()]);
 * console.log(report.findings[0]?.message); // The loss is NaN from step 1 on.
 * ```
 */
export function nonFinite(): Rule {
  return { id, explains: ['loss-divergence', 'loss-plateau', 'loss-oscillation'], check };
}

/** What was not finite, and when. */
interface Breakdown {
  readonly first: StepRecord;
  readonly last: StepRecord;
  /** Records with a loss, gradient or weight that is not finite. */
  readonly steps: number;
  /** Keys of gradients and of weights that were not finite in the first such record. */
  readonly gradients: readonly string[];
  readonly weights: readonly string[];
  /** Layer of the first of them in backward order, where known. */
  readonly place: string | undefined;
  /** Whether the newest record is finite again, and whether a clip saw to that. */
  readonly recovered: boolean;
  readonly repaired: boolean;
}

function check(run: Run): Finding[] {
  const found = breakdown(run);
  if (found === null) return [];
  const { first, last, gradients, weights, place, recovered, repaired, steps } = found;
  const exploded = explosionStory(run);
  const fault = outputFault(run);
  const faultStory = fault === null ? '' : `${fault.where}: ${fault.why}.`;
  const because = nonFiniteData(run).length > 0 ? id : exploded && 'exploding-gradient';
  const story = [exploded, fault === null ? atOnce(run, found) : '', recoveryStory(run, found)];
  const sentences = [what(found), dataStory(run), faultStory, ...story];
  return [
    {
      rule: id,
      severity: !recovered ? 'error' : repaired ? 'info' : 'warning',
      where: place ?? 'model',
      firstStep: first.step,
      lastStep: last.step,
      evidence: {
        ...(first.loss !== null && { loss: first.loss }),
        globalNorm: first.globalNorm,
        gradients: gradients.length,
        weights: weights.length,
        steps,
      },
      message: sentences.filter((sentence) => sentence !== '').join(' '),
      ...(because && { because }),
      remedies: remedies(run, first.step > 0, exploded !== '' || repaired),
    },
  ];
}

function breakdown(run: Run): Breakdown | null {
  const newest = run.steps.at(-1);
  if (newest === undefined) return null;
  const brokenNow = isBroken(newest) || nonFiniteWeights(newest).length > 0;
  const bad = run.steps.filter((record) => isBroken(record) || (brokenNow && record === newest));
  const [first] = bad;
  if (first === undefined) return null;
  const last = bad.at(-1) ?? first;
  const gradients = Object.keys(first.variables).filter((key) =>
    hasNonFinite(first.variables[key]?.gradient),
  );
  const weights = nonFiniteWeights(first);
  return {
    first,
    last,
    steps: bad.length,
    gradients,
    weights,
    place: deepest(run, gradients) ?? deepest(run, weights),
    recovered: !brokenNow,
    repaired: bad.every(({ clip }) => clip && (!clip.accepted || Number.isFinite(clip.normAfter))),
  };
}

function isBroken({ loss, globalNorm }: StepRecord): boolean {
  return !Number.isFinite(globalNorm) || (loss !== null && !Number.isFinite(loss));
}

/** Path of the deepest layer that has one of these weights; without a model only where all belong to one layer. */
function deepest(run: Run, keys: readonly string[]): string | undefined {
  const wanted = new Set(keys);
  const layers = weightedLayers(run).filter(({ kernels, vectors }) =>
    [...kernels, ...vectors].some((key) => wanted.has(key)),
  );
  return run.model === null && layers.length > 1 ? undefined : layers.at(-1)?.path;
}

function what({ first, gradients, weights, place, recovered }: Breakdown): string {
  const when = recovered ? `at step ${first.step}` : `from step ${first.step} on`;
  const total = Object.keys(first.variables).length;
  const parts = [
    first.loss === null || Number.isFinite(first.loss) ? [] : [`the loss is ${first.loss}`],
    weights.length === 0 ? [] : [`${weights.length} of ${total} weights ${are(weights)} not finite`],
    gradients.length === 0 ? [] : [`${gradients.length} of ${total} gradients ${are(gradients)} not finite`],
  ].flat();
  const subject = parts.length === 0 ? `the global gradient norm is ${first.globalNorm}` : parts.join(', ');
  const order = place === undefined ? '' : `, ${place} being the first of them in backward order`;
  return `${subject.replace(/^t/, 'T')} ${when}${order}.`;
}

function are({ length }: readonly string[]): string {
  return length === 1 ? 'is' : 'are';
}

function dataStory(run: Run): string {
  const holders = nonFiniteData(run).map((name) => {
    const { nans = 0, infs = 0, size = 0 } = run.data?.[name] ?? {};
    const counts = [...(nans > 0 ? [`${nans} NaN`] : []), ...(infs > 0 ? [`${infs} infinite`] : [])];
    // No count of the data's own: a batch that comes again with every epoch is looked at again.
    return `the ${name} itself holds ${counts.join(' and ')} among the ${size} numbers looked at`;
  });
  if (holders.length === 0) return '';
  return `${holders.join(', and ').replace(/^t/, 'T')}: leave such samples out, or fill them in.`;
}

/** Before the first update neither the rate nor anything that training has done can be to blame. */
function atOnce(run: Run, { first, weights }: Breakdown): string {
  const isLoss = first.loss !== null && !Number.isFinite(first.loss);
  if (first.step > 0 || !isLoss || weights.length > 0 || nonFiniteData(run).length > 0) return '';
  return 'No update came before it: look at the loss function, and at what the model returns to begin with.';
}

/** What the gradient did before, where that explains the rest; empty where it does not. */
function explosionStory(run: Run): string {
  const explosion = findExplosion(run, explainingGrowth);
  if (explosion?.outcome === 'non-finite') {
    const { usualNorm, peakNorm } = explosion;
    return `The gradient norm had grown from ${shortNumber(usualNorm)} to ${shortNumber(peakNorm)} before.`;
  }
  const overshoot = findOvershoot(run);
  return overshoot === null
    ? ''
    : `The update before was ${shortNumber(overshoot.ratio)} times as large as the weights.`;
}

function recoveryStory(run: Run, { recovered, repaired, steps, first }: Breakdown): string {
  if (!recovered) return '';
  const how = repaired ? `${first.clip?.name} kept it from the weights` : 'Training came back';
  return `${how}; it happened in ${steps} of ${run.steps.length} recorded steps.`;
}

/**
 * @param moved - Whether an update came before, which a lower rate makes smaller.
 * @param answered - Whether skipping such steps is no answer: it came of an explosion, or a clip does so already.
 */
function remedies(run: Run, moved: boolean, answered: boolean): Remedy[] {
  if (nonFiniteData(run).length > 0) return [];
  const fault = outputFault(run);
  const skip: Remedy = {
    kind: 'clip',
    layers: [],
    to: 'skipNonFinite()',
    reason: 'a step whose gradient is not finite would destroy the weights; skipping it keeps them',
  };
  return [
    ...(fault ? [fault.remedy] : []),
    ...(moved ? learningRateRemedy(run) : []),
    ...(answered ? [] : [skip]),
  ];
}
