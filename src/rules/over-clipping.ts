import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { adaptive } from './adaptive.js';
import { findingOf } from './finding-of.js';
import { lossTrend } from './loss-trend.js';
import { median } from './motion.js';
import { clipRemedy } from './smaller-steps.js';
import { checkCount, checkThreshold } from './threshold.js';

/** Options of {@link overClipping}. */
export interface OverClippingOptions {
  /**
   * Norm after the clip over the norm before, in the median, below which too much is cut.
   *
   * @default 0.1 (heuristic)
   */
  readonly below?: number;
  /**
   * Share of the steps in which the clip must have changed or rejected the gradients.
   *
   * @default 0.9 (heuristic)
   */
  readonly fired?: number;
  /**
   * Newest records to judge by.
   *
   * @default 20 (heuristic)
   */
  readonly overRecords?: number;
}

const id = 'over-clipping';

/**
 * Finds a clip so tight that it takes most of every gradient away, or rejects nearly every step, in a run that does not get
 * on.
 *
 * Compares `clip.normAfter` with `globalNorm` over the newest records; steps rejected because nothing was finite do not
 * count. A `warning`; silent where the loss does well, since a clip that fires at every step can be what makes training work,
 * and where the optimizer is Adam or one of its kin, which divide by the size of the gradient and so give back what a clip takes,
 * unless the clip alone puts an element of the gradient below their epsilon.
 *
 * @param options - Thresholds.
 * @throws RangeError when a threshold is not positive and finite, or `overRecords` no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.overClipping({ below: 0.01 }).id); // over-clipping
 * ```
 */
export function overClipping(options: OverClippingOptions = {}): Rule {
  assertKnownOptions('overClipping', options, ['below', 'fired', 'overRecords']);
  const { below = 0.1, fired = 0.9, overRecords = 20 } = options;
  checkThreshold('overClipping', 'below', below);
  checkThreshold('overClipping', 'fired', fired);
  checkCount('overClipping', 'overRecords', overRecords);
  return {
    id,
    explains: [
      'learning-rate',
      'vanishing-gradient',
      'unchanged-weights',
      'update-ratio-low',
      'loss-plateau',
    ],
    check(run) {
      const { known, well } = lossTrend(run);
      return known && !well ? check(run, below, fired, overRecords) : [];
    },
  };
}

function check(run: Run, below: number, fired: number, overRecords: number): Finding[] {
  const window = run.steps.slice(-overRecords);
  const clips = window.flatMap(({ clip, globalNorm }) =>
    clip && Number.isFinite(globalNorm) ? [{ ...clip, globalNorm }] : [],
  );
  const [newest] = clips.slice(-1);
  const enough = (n: number): boolean => clips.length >= overRecords && n >= fired * clips.length;
  const rejected = clips.filter(({ accepted }) => !accepted).length;
  const kept = median(clips.map(({ normAfter, globalNorm }) => normAfter / globalNorm)) ?? 1;
  const norm = median(clips.map(({ globalNorm }) => globalNorm)) ?? 0;
  const cuts = enough(clips.filter((clip) => clip.fired).length) && kept < below && matters(run, norm, kept);
  if (newest === undefined || !(cuts || enough(rejected))) return [];
  const how = enough(rejected)
    ? `rejected ${rejected} of the last ${clips.length} steps`
    : `leaves ${shortNumber(Number((100 * kept).toPrecision(2)))} % of the gradient, in nearly every step`;
  return [
    findingOf(run, id, {
      severity: 'warning',
      firstStep: window[0]?.step ?? 0,
      evidence: { kept, rejected, gradientNorm: norm },
      message: `${newest.name} ${how}, and the loss does not get on${norm > 0 ? `: its limit is far below the norm of ${shortNumber(norm)} that gradients have` : ''}.`,
      remedies: norm > 0 ? [clipRemedy(norm, 'the norm that they usually have')] : [],
    }),
  ];
}

/** Whether gradients of this norm, of which a clip leaves a share, make smaller steps for it. */
function matters({ model, steps }: Run, norm: number, kept: number): boolean {
  const { className = '', config = {} } = model?.optimizer ?? {};
  if (!adaptive.test(className)) return true;
  const { epsilon = 0 } = config;
  const sizes = Object.values(steps.at(-1)?.variables ?? {}).map(({ gradient }) => gradient?.size ?? 0);
  const element = norm / Math.sqrt(sizes.reduce((sum, size) => sum + size, 0));
  return element >= epsilon && kept * element < epsilon;
}
