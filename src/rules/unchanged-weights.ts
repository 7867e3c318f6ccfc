import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { findingOf } from './finding-of.js';
import { lossTrend } from './loss-trend.js';
import { checkCount } from './threshold.js';
import { variableOf, weightedLayers } from './weighted-layers.js';

/** Options of {@link unchangedWeights}. */
export interface UnchangedWeightsOptions {
  /**
   * Newest records in all of which the weights stood still.
   *
   * @default 10 (heuristic; SageMaker Debugger has 3 saved steps)
   */
  readonly overRecords?: number;
}

const id = 'unchanged-weights';

/**
 * Finds weights that get a gradient and yet do not change by a bit.
 *
 * The update was 0, rejected, or too small to move a 32-bit float, whose neighbours are 6e-8 of it away. Silent where no
 * gradient arrives, which {@link zeroGradient} and {@link disconnectedWeights} name, and where the loss does well. A `warning`.
 *
 * @param options - How long they must have stood still.
 * @throws RangeError when `overRecords` is no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.unchangedWeights().id); // unchanged-weights
 * ```
 */
export function unchangedWeights(options: UnchangedWeightsOptions = {}): Rule {
  assertKnownOptions('unchangedWeights', options, ['overRecords']);
  const { overRecords = 10 } = options;
  checkCount('unchangedWeights', 'overRecords', overRecords);
  return {
    id,
    explains: ['learning-rate', 'update-ratio-low', 'loss-plateau'],
    check: (run) => check(run, overRecords),
  };
}

function check(run: Run, overRecords: number): Finding[] {
  const window = run.steps.slice(-overRecords);
  const { known, well } = lossTrend(run);
  if (window.length < overRecords || !known || well) return [];
  const still = weightedLayers(run).filter(
    ({ kernels }) =>
      kernels.length > 0 &&
      window.every((record) =>
        kernels.every((key) => {
          const { gradient, updateNorm, weightNorm } = variableOf(record, key) ?? {};
          return updateNorm === 0 && Number.isFinite(weightNorm) && gradient && gradient.norm > 0;
        }),
      ),
  );
  const first = still[0];
  if (first === undefined) return [];
  const rate = window.at(-1)?.learningRate ?? null;
  const others = still.length === 1 ? '' : ` (and ${still.length - 1} more)`;
  const why =
    rate === 0
      ? ': the learning rate is 0'
      : rate === null
        ? ''
        : ` at a learning rate of ${shortNumber(rate)}`;
  const remedy = {
    kind: 'learning-rate' as const,
    layers: [],
    to: rate === null ? 0.001 : Math.max(0.001, Number((10 * rate).toPrecision(3))),
    reason: 'an update must be larger than the rounding of the weights',
  };
  return [
    findingOf(run, id, {
      severity: 'warning',
      where: first.path,
      firstStep: window[0]?.step ?? 0,
      evidence: { layers: still.length },
      message: `${first.path}${others}: the weights get a gradient, but not a bit of them has changed in ${window.length} steps${why}.`,
      remedies: [remedy],
    }),
  ];
}
