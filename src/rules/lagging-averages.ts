import type { Finding, Remedy, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { LayerFacts, LayerRecord, Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { findingOf } from './finding-of.js';
import { finiteLosses, lossTrend } from './loss-trend.js';
import { checkThreshold } from './threshold.js';

/** Options of {@link laggingAverages}. */
export interface LaggingAveragesOptions {
  /**
   * Distance of what layers would return in `predict` from what they return in training, over the norm of the latter: the
   * root of the sum of the squares of all, without what is due to the size of a batch.
   *
   * @default 0.5 (heuristic)
   */
  readonly gap?: number;
}

const id = 'lagging-averages';
/** Losses before which averages that begin anew cannot be expected to have caught up. Heuristic. */
const fewestLosses = 50;
/** Square of the gap that a batch of one sample would leave: 1 for its mean, 1/2 for its variance. */
const gapOfSample = 1.5;
/** Of the averages that a layer keeps at each step, where training is short. */
const shortMomentum = 0.9;

/**
 * Finds batch normalisation that will return something else in `predict` and `evaluate` than it does in training.
 *
 * In training it takes the mean and variance of the batch, outside of it moving averages, which begin at 0 and 1 and keep 0.99
 * of themselves at each step: after 100 steps 37 % of what they began with. In short trainings, with signals far from a variance
 * of 1, and on new data under weights of an older model, they lag behind. Compares what layers returned with what they would
 * have returned in `predict`, in the newest record of layers; a batch of n samples is off by sqrt(1.5 / n) from any average. A
 * `warning`, once the loss does well, and not in the first fifty steps: before, it is training that needs a look. In tfjs frozen
 * layers do so too, where Keras takes the averages.
 *
 * @param options - Threshold.
 * @throws RangeError when `gap` is not positive and finite.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.laggingAverages({ gap: 0.2 }).id); // lagging-averages
 * ```
 */
export function laggingAverages(options: LaggingAveragesOptions = {}): Rule {
  assertKnownOptions('laggingAverages', options, ['gap']);
  const { gap = 0.5 } = options;
  checkThreshold('laggingAverages', 'gap', gap);
  return { id, check: (run) => check(run, gap) };
}

/** Layers whose averages lag behind in the newest record of layers, in the order of the model. */
interface Laggards {
  readonly paths: readonly string[];
  /** The one that is off the most. */
  readonly most: string | undefined;
  /** Distance over norm, of all of them together. */
  readonly gap: number;
}

export function laggards({ model, steps }: Run): Laggards {
  const newest = steps.flatMap(({ layers }) => (layers ? [layers] : [])).at(-1);
  const lagging = (model?.layers ?? []).flatMap((facts) => {
    const record = newest?.[facts.path];
    if (record?.inferenceGap === undefined) return [];
    const excess = record.inferenceGap ** 2 - gapOfSample / samplesOf(facts, record);
    return excess > 0 ? [{ path: facts.path, gap: Math.sqrt(excess) }] : [];
  });
  return {
    paths: lagging.map(({ path }) => path),
    most: [...lagging].sort((a, b) => b.gap - a.gap)[0]?.path,
    gap: Math.hypot(...lagging.map(({ gap }) => gap)),
  };
}

/** Values of which a layer took each mean and variance. */
function samplesOf({ weights = {} }: LayerFacts, { output }: LayerRecord): number {
  const channels = weights['gamma']?.[0] ?? weights['moving_mean']?.[0] ?? 1;
  return output.size / channels;
}

/** Averages that catch up within a short training. */
export const fasterAverages = (layers: readonly string[]): Remedy => ({
  kind: 'normalization',
  layers,
  to: `momentum ${shortMomentum}`,
  reason: 'averages that forget sooner have caught up after some thirty steps',
});

function check(run: Run, limit: number): Finding[] {
  if (!lossTrend(run).well || finiteLosses(run).length < fewestLosses) return [];
  const { paths, most, gap } = laggards(run);
  if (most === undefined || !(gap > limit)) return [];
  const { momentum } = run.model?.layers.find(({ path }) => path === most)?.config ?? {};
  const others = paths.length === 1 ? '' : ` (and ${paths.length - 1} more)`;
  const kept = typeof momentum === 'number' ? `, of which each step keeps ${momentum},` : '';
  return [
    findingOf(run, id, {
      severity: 'warning',
      evidence: { gap, layers: paths.length, ...(typeof momentum === 'number' && { momentum }) },
      message:
        `${most}${others}: in predict and evaluate it returns something else than in training, by ` +
        `${shortNumber(Number((100 * gap).toPrecision(2)))} %${paths.length === 1 ? '' : ' together'}: its moving averages${kept} lag behind the batches.`,
      remedies: [fasterAverages(paths)],
    }),
  ];
}
