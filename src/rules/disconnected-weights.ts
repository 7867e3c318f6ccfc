import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { findingOf } from './finding-of.js';
import { checkCount } from './threshold.js';
import { withoutGradient } from './weighted-layers.js';

/** Options of {@link disconnectedWeights}. */
export interface DisconnectedWeightsOptions {
  /**
   * Records needed.
   *
   * @default 3 (heuristic)
   */
  readonly overRecords?: number;
}

const id = 'disconnected-weights';

/**
 * Finds trainable weights that no gradient reached in any record: the loss does not depend on them.
 *
 * Weights that lost their gradient later are taken to be frozen on purpose, those that are frozen are {@link frozenAfterCompile}'s
 * business; where something else trains weights of the model too, nothing is said. A gradient of zeros is one, see
 * {@link zeroGradient}. A `warning`. Source: NeuraLint (TOSEM 2021).
 *
 * @param options - Records needed.
 * @throws RangeError when `overRecords` is no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.disconnectedWeights().id); // disconnected-weights
 * ```
 */
export function disconnectedWeights(options: DisconnectedWeightsOptions = {}): Rule {
  assertKnownOptions('disconnectedWeights', options, ['overRecords']);
  const { overRecords = 3 } = options;
  checkCount('disconnectedWeights', 'overRecords', overRecords);
  return { id, explains: ['loss-plateau'], check: (run) => check(run, overRecords) };
}

function check(run: Run, overRecords: number): Finding[] {
  const { steps } = run;
  // Then they may be what it trains.
  if (steps.length < overRecords || steps.some((record) => record.movedElsewhere)) return [];
  const detached = withoutGradient(run).filter(({ facts }) => !facts?.frozen);
  const [first, n] = [detached[0], detached.length];
  if (first === undefined) return [];
  const others = n === 1 ? '' : ` (and ${n - 1} more)`;
  return [
    findingOf(run, id, {
      severity: 'warning',
      where: first.path,
      evidence: { layers: n },
      message:
        `${first.path}${others}: no gradient reached its weights in any of ${steps.length} recorded steps: the loss does not ` +
        'depend on them, or an operation on the way has no gradient.',
    }),
  ];
}
