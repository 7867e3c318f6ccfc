import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { findingOf } from './finding-of.js';
import { lossKind } from './output-layer.js';
import { extreme, scaleMatters } from './scale-matters.js';
import { sizeOf } from './size-of.js';
import { checkThreshold } from './threshold.js';

/** Options of {@link targetScale}. */
export interface TargetScaleOptions {
  /**
   * Root mean square of the targets, zeros left out, above which they count as large.
   *
   * @default 100 (heuristic)
   */
  readonly above?: number;
  /**
   * Whether to judge before the loss tells, as {@link preflight} does with one record.
   *
   * @default false
   */
  readonly atOnce?: boolean;
}

const id = 'target-scale';

/**
 * Finds regression targets so large that a model which starts near 0 cannot get there, in a run that fails.
 *
 * A squared error has gradients in proportion to the targets: with SGD they explode; Adam, whose steps do not grow with
 * them, takes as many steps as the targets are times larger than its rate. A `warning`; silent for losses that are no
 * regression, and where training is not failing (at ten times the threshold: where the loss is below a quarter of a constant
 * prediction's).
 *
 * @param options - Threshold.
 * @throws RangeError when the threshold is not positive and finite.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.targetScale({ above: 1000 }).id); // target-scale
 * ```
 */
export function targetScale(options: TargetScaleOptions = {}): Rule {
  assertKnownOptions('targetScale', options, ['above', 'atOnce']);
  const { above = 100, atOnce = false } = options;
  checkThreshold('targetScale', 'above', above);
  return { id, explains, check: (run) => check(run, above, atOnce) };
}

const explains = [
  'learning-rate',
  'exploding-gradient',
  'vanishing-gradient',
  'dead-units',
  'saturated-activation',
  'zero-gradient',
  'non-finite',
  'update-ratio-high',
  'update-ratio-low',
  'gradient-spike',
  'loss-divergence',
  'loss-oscillation',
  'loss-plateau',
];

function check(run: Run, above: number, atOnce: boolean): Finding[] {
  const target = run.data?.target;
  if (target === undefined || lossKind(run) !== 'regression') return [];
  const rms = sizeOf(target);
  if (!(rms > above) || !(atOnce || scaleMatters(run, rms > extreme * above))) return [];
  const { min, max } = target;
  return [
    findingOf(run, id, {
      severity: 'warning',
      evidence: { rms, min, max },
      message:
        `The targets are large: ${shortNumber(rms)} in the root mean square, from ${shortNumber(min)} to ${shortNumber(max)}, ` +
        'while the outputs of a new model are about 1.',
      remedies: [
        {
          kind: 'target-scale',
          layers: [],
          to: 'standardize',
          reason:
            'targets of mean 0 and deviation 1 are within reach; put predictions back on the old scale afterwards',
        },
      ],
    }),
  ];
}
