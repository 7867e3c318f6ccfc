import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { findingOf } from './finding-of.js';
import { extreme, scaleMatters } from './scale-matters.js';
import { sizeOf } from './size-of.js';
import { symptoms } from './symptoms.js';
import { checkThreshold } from './threshold.js';

/** Options of {@link inputScale}. */
export interface InputScaleOptions {
  /**
   * Root mean square of the inputs, zeros left out, above which they count as large.
   *
   * @default 10 (heuristic; UMLAUT, CHI 2021, calls everything beyond 1 large)
   */
  readonly above?: number;
  /**
   * The same, below which they count as small.
   *
   * @default 0.01 (heuristic)
   */
  readonly below?: number;
  /**
   * Whether to judge before the loss tells, as {@link preflight} does with one record.
   *
   * @default false
   */
  readonly atOnce?: boolean;
}

const id = 'input-scale';
/** Layers that take numbers of any size. */
const indifferent = /Embedding|Normalization|Rescaling|RMSNorm|RmsNorm/;

/**
 * Finds inputs that are far too large or too small for weights of the usual size, in a run that fails.
 *
 * Reads the root mean square of the inputs of the first batches, `norm / sqrt(size - zeros)`. Weights that keep the variance
 * expect it near 1; with SGD the largest rate that does not diverge falls with its square. A `warning`; silent where the
 * first layer normalises or looks up its input, where training is not failing
 * (at ten times the thresholds: where the loss is below a quarter of a constant prediction's), and on inputs of NaN, which
 * {@link nonFinite} names.
 *
 * @param options - Thresholds.
 * @throws RangeError when a threshold is not positive and finite.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.inputScale({ above: 100 }).id); // input-scale
 * ```
 */
export function inputScale(options: InputScaleOptions = {}): Rule {
  assertKnownOptions('inputScale', options, ['above', 'below', 'atOnce']);
  const { above = 10, below = 0.01, atOnce = false } = options;
  checkThreshold('inputScale', 'above', above);
  checkThreshold('inputScale', 'below', below);
  return { id, explains, check: (run) => check(run, above, below, atOnce) };
}

const explains = [
  'poor-initialization',
  'learning-rate',
  'exploding-gradient',
  'exploding-through-time',
  'vanishing-gradient',
  'gate-saturation',
  ...symptoms,
];

function check(run: Run, above: number, below: number, atOnce: boolean): Finding[] {
  const { input } = run.data ?? {};
  if (input === undefined) return [];
  const rms = sizeOf(input);
  const isLarge = rms > above;
  if (!isLarge && !(rms < below && rms > 0)) return [];
  const first = (run.model?.layers ?? []).filter(({ inbound }) => inbound.length === 0);
  if (first.some(({ className }) => indifferent.test(className))) return [];
  const isExtreme = rms > extreme * above || rms < below / extreme;
  if (!atOnce && !scaleMatters(run, isExtreme)) return [];
  const { min, max } = input;
  return [
    findingOf(run, id, {
      severity: 'warning',
      evidence: { rms, min, max },
      message:
        `The inputs are ${isLarge ? 'large' : 'small'}: ${shortNumber(rms)} in the root mean square, from ${shortNumber(min)} to ` +
        `${shortNumber(max)}, where weights of the usual size expect about 1.`,
      remedies: [
        {
          kind: 'input-scale',
          layers: first.map(({ path }) => path),
          to: 'standardize',
          reason: 'features of mean 0 and deviation 1 suit the usual weights and learning rates',
        },
      ],
    }),
  ];
}
