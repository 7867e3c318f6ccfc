import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { largestLayer } from './exploding-steps.js';
import { findingOf } from './finding-of.js';
import { fails } from './loss-trend.js';
import { median } from './motion.js';
import { clipRemedy } from './smaller-steps.js';
import { checkCount, checkThreshold } from './threshold.js';

/** Options of {@link gradientSpike}. */
export interface GradientSpikeOptions {
  /**
   * Global norm over the median of the records around it.
   *
   * @default 100 (heuristic)
   */
  readonly factor?: number;
  /**
   * Records needed.
   *
   * @default 20 (heuristic)
   */
  readonly overRecords?: number;
}

const id = 'gradient-spike';
/** Share of the records beyond which large gradients are the rule, as with batches of one sample. Heuristic. */
const rare = 0.05;

/**
 * Finds single steps whose gradient is far larger than usual, in a run that fails afterwards.
 *
 * Compares the largest global norm with the median over all records. A spike from which the loss recovers is none of its
 * business, and neither is growth that lasts, see {@link explodingGradient}. A `warning`.
 *
 * @param options - Thresholds.
 * @throws RangeError when `factor` is not positive and finite, or `overRecords` no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.gradientSpike({ factor: 1000 }).id); // gradient-spike
 * ```
 */
export function gradientSpike(options: GradientSpikeOptions = {}): Rule {
  assertKnownOptions('gradientSpike', options, ['factor', 'overRecords']);
  const { factor = 100, overRecords = 20 } = options;
  checkThreshold('gradientSpike', 'factor', factor);
  checkCount('gradientSpike', 'overRecords', overRecords);
  const explains = ['zero-gradient', 'loss-divergence', 'loss-oscillation', 'loss-plateau'];
  return { id, explains, check: (run) => (fails(run) ? check(run, factor, overRecords) : []) };
}

function check(run: Run, factor: number, overRecords: number): Finding[] {
  const { steps } = run;
  if (steps.length < overRecords) return [];
  const usual = median(steps.map(({ globalNorm }) => globalNorm)) ?? 0;
  const spikes = steps.filter(
    ({ globalNorm }) => usual > 0 && globalNorm > factor * usual && Number.isFinite(globalNorm),
  );
  const [first, last] = [spikes[0], spikes.at(-1)];
  if (first === undefined || last === undefined || spikes.length > rare * steps.length) return [];
  const most = Math.max(...spikes.map(({ globalNorm }) => globalNorm));
  const place = largestLayer(run, first);
  const [count, to, when] =
    spikes.length === 1 ? ['once', 'to', 'at'] : [`${spikes.length} times`, 'to up to', 'first at'];
  return [
    findingOf(run, id, {
      severity: 'warning',
      where: place ?? 'model',
      firstStep: first.step,
      lastStep: last.step,
      evidence: { usualNorm: usual, largestNorm: most, spikes: spikes.length },
      message: `The global gradient norm leapt ${count} from about ${shortNumber(usual)} ${to} ${shortNumber(most)}, ${when} step ${first.step}${place === undefined ? '' : `, most of it in ${place}`}.`,
      remedies: [clipRemedy(usual, 'the norm that they usually have')],
    }),
  ];
}
