import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run, StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { findingOf } from './finding-of.js';
import { fails } from './loss-trend.js';
import { checkCount, checkThreshold } from './threshold.js';
import { variableOf, type WeightedLayer, weightedLayers } from './weighted-layers.js';

/** Options of {@link deadUnits}. */
export interface DeadUnitsOptions {
  /**
   * Share of a layer's units that must be dead.
   *
   * @default 0.7 (DeepDiagnosis, ICSE 2022; AutoTrainer, ICSE 2021)
   */
  readonly share?: number;
  /**
   * Newest records in all of which so many units got no gradient.
   *
   * @default 10 (heuristic)
   */
  readonly overRecords?: number;
  /**
   * Whether to judge before the loss tells, as {@link preflight} does with one record.
   *
   * @default false
   */
  readonly atOnce?: boolean;
}

const id = 'dead-units';
const rectifier = /^(relu|relu6|thresholdedRelu)$/;

/**
 * Finds hidden layers of rectifiers most of whose units are off for every sample, in a run that fails.
 *
 * A unit that is off for a whole batch leaves a 0 in the gradient of the layer's bias: the fewest zeros over the newest
 * records bound the share of dead units from above, and where activations are tapped, their `deadShare` does too. Silent on
 * layers behind which no gradient arrives at all, on convolutions without a bias, and where training does not fail: units
 * that are off one-sidedly in a regression are no fault. A `warning`.
 *
 * @param options - Thresholds.
 * @throws RangeError when `share` is not positive and finite, or `overRecords` no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.deadUnits({ share: 0.5 }).id); // dead-units
 * ```
 */
export function deadUnits(options: DeadUnitsOptions = {}): Rule {
  assertKnownOptions('deadUnits', options, ['share', 'overRecords', 'atOnce']);
  const { share = 0.7, overRecords = 10, atOnce = false } = options;
  checkThreshold('deadUnits', 'share', share);
  checkCount('deadUnits', 'overRecords', overRecords);
  return {
    id,
    explains: [
      'vanishing-gradient',
      'zero-gradient',
      'update-ratio-low',
      'unchanged-weights',
      'loss-plateau',
    ],
    check: (run) => (atOnce || fails(run) ? check(run, share, atOnce ? 1 : overRecords) : []),
  };
}

function check(run: Run, share: number, overRecords: number): Finding[] {
  const window = run.steps.slice(-overRecords);
  if (window.length < overRecords) return [];
  const layers = weightedLayers(run);
  const dead = layers.flatMap((layer, at) => {
    const { facts } = layer;
    if (facts === null || facts.isOutput || !rectifier.test(facts.activation ?? '')) return [];
    const arrives = layers.slice(at + 1).some((above) => getsGradient(above, window));
    const off = Math.min(...window.map((record) => offShare(layer, record)));
    return arrives && off >= share ? [{ layer, off }] : [];
  });
  // The last of them: what lies before a dead layer gets nothing because of it.
  const worst = dead.at(-1);
  if (worst === undefined) return [];
  const { path, facts } = worst.layer;
  const others = dead.length === 1 ? '' : ` (and ${dead.length - 1} more)`;
  return [
    findingOf(run, id, {
      severity: 'warning',
      where: path,
      firstStep: sinceWhen(run, worst.layer, share),
      evidence: { deadShare: worst.off, layers: dead.length },
      message:
        `${path}${others}: ${shortNumber(Math.round(100 * worst.off))} % of the units are off for every sample, where ` +
        `${facts?.activation} has no slope and nothing can wake them.`,
      remedies: [
        {
          kind: 'activation',
          layers: dead.map(({ layer }) => layer.path),
          to: 'leakyRelu',
          reason: 'it has a slope on either side, so that units can come back',
        },
        {
          kind: 'initializer',
          layers: dead.map(({ layer }) => layer.path),
          to: 'heNormal',
          reason: 'with biases of 0 it starts with half of the units on',
        },
      ],
    }),
  ];
}

/** Share of the units that were off in a record, as far as it tells; 0 where it does not. */
function offShare({ path, vectors }: WeightedLayer, record: StepRecord): number {
  const { layers = {} } = record;
  const tapped = Object.hasOwn(layers, path) ? layers[path]?.output : undefined;
  const bias = vectors.find((key) => /\/bias(_\d+)?$/.test(key));
  const gradient = bias === undefined ? undefined : variableOf(record, bias)?.gradient;
  // Where the whole output is 0 no bias is needed to know.
  if (tapped !== undefined && tapped.size > 0 && tapped.zeros === tapped.size) return 1;
  return gradient ? gradient.zeros / gradient.size : 0;
}

function getsGradient({ kernels, vectors }: WeightedLayer, window: readonly StepRecord[]): boolean {
  return window.some((record) =>
    [...kernels, ...vectors].some((key) => {
      const gradient = variableOf(record, key)?.gradient;
      return gradient !== null && gradient !== undefined && gradient.zeros < gradient.size;
    }),
  );
}

function sinceWhen({ steps }: Run, layer: WeightedLayer, share: number): number {
  let since = 0;
  for (const record of [...steps].reverse()) {
    if (offShare(layer, record) < share) break;
    since = record.step;
  }
  return since;
}
