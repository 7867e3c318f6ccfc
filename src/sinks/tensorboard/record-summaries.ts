import type { StepRecord, ThroughTimeRecord } from '../../record/run.js';
import { layerNorms } from '../../report/layer-norms.js';
import { buckets } from './buckets.js';
import type { Bucket, Summary } from './summary.js';

/** Bars that a sequence is drawn with; TensorBoard has 30. */
const MOST_BARS = 60;

/**
 * What TensorBoard shows of a record. The groups, which stand before the first `/` of a tag:
 *
 * - scalars of the step: `all`, for the whole model (TensorBoard sorts by name, so that it comes first), and `clip`;
 * - scalars of each layer: `gradient_norm`, `weight_norm`, `update_ratio`, `dead_share`, `saturated_share`;
 * - `non_finite`: elements of a weight's gradient that are NaN or infinite, only where there are any;
 * - histograms of the elements: `gradients` and `weights` by weight, `activations` and `activation_gradients` by layer;
 * - recurrent layers: `through_time`, the norm of the first time step over that of the last; `gradient_through_time`, a
 *   histogram whose axis is the time step and whose height is the norm; `gate_mean` and `gate_saturated_share`.
 */
export function recordSummaries(record: StepRecord, isLayer: (path: string) => boolean): Summary[] {
  const summaries: Summary[] = [];
  const scalar = (tag: string, value: number | null | undefined): void => {
    if (value !== null && value !== undefined) summaries.push({ tag, scalar: value });
  };
  const histogram = (tag: string, found: readonly Bucket[]): void => {
    if (found.length > 0) summaries.push({ tag, histogram: found });
  };

  scalar('all/loss', record.loss);
  scalar('all/learning_rate', record.learningRate);
  scalar('all/gradient_norm', record.globalNorm);
  scalar('all/loss_scale', record.lossScale?.scale);
  scalar('all/watch_share', record.watchShare);
  if (record.clip) {
    scalar('clip/norm_after', record.clip.normAfter);
    scalar('clip/fired', Number(record.clip.fired));
    scalar('clip/rejected', Number(!record.clip.accepted));
    scalar('clip/cosine', record.clip.cosine);
  }
  for (const { path, gradientNorm, weightNorm, updateRatio } of layerNorms(record, isLayer)) {
    scalar(`gradient_norm/${path}`, gradientNorm);
    scalar(`weight_norm/${path}`, weightNorm);
    scalar(`update_ratio/${path}`, updateRatio);
  }
  for (const [key, { gradient, weight }] of Object.entries(record.variables)) {
    if (weight) histogram(`weights/${key}`, buckets(weight));
    if (gradient === null) continue;
    const nonFinite = gradient.nans + gradient.infs;
    if (nonFinite > 0) scalar(`non_finite/${key}`, nonFinite);
    histogram(`gradients/${key}`, buckets(gradient));
  }
  for (const [path, layer] of Object.entries(record.layers ?? {})) {
    scalar(`dead_share/${path}`, layer.deadShare);
    scalar(`saturated_share/${path}`, layer.saturatedShare);
    histogram(`activations/${path}`, buckets(layer.output));
    if (layer.outputGradient) histogram(`activation_gradients/${path}`, buckets(layer.outputGradient));
  }
  for (const [path, { hiddenGradientNorms, cellGradientNorms = [], gates = {} }] of throughTime(record)) {
    for (const [kind, norms] of [
      ['hidden', hiddenGradientNorms] as const,
      ['cell', cellGradientNorms] as const,
    ]) {
      if (norms.length > 1) scalar(`through_time/${path}/${kind}_first_over_last`, firstOverLast(norms));
      histogram(`gradient_through_time/${path}/${kind}`, bars(norms));
    }
    for (const [gate, { mean, saturatedShare }] of Object.entries(gates)) {
      scalar(`gate_mean/${path}/${gate}`, mean);
      scalar(`gate_saturated_share/${path}/${gate}`, saturatedShare);
    }
  }
  return summaries;
}

function throughTime(record: StepRecord): [string, ThroughTimeRecord][] {
  return Object.entries(record.throughTime ?? {});
}

function firstOverLast(norms: readonly number[]): number {
  return (norms[0] ?? Number.NaN) / (norms.at(-1) ?? Number.NaN);
}

/** A bar for each time step, or for as many neighbours as it takes; a norm that is not finite has no height. */
function bars(norms: readonly number[]): Bucket[] {
  const width = Math.ceil(norms.length / MOST_BARS);
  const drawn: Bucket[] = [];
  for (let start = 0; start < norms.length; start += width) {
    const end = Math.min(start + width, norms.length);
    const heights = norms.slice(start, end).filter(Number.isFinite);
    drawn.push([start, end, heights.reduce((sum, height) => sum + height, 0)]);
  }
  return drawn;
}
