import { assertRun } from './assert-run.js';
import type { Run, StepRecord } from './run.js';

/**
 * Merges two parts of one run, for example the logs before and after a restart that went on counting, by `firstStep`, or
 * the shards of several files. What an abandoned attempt left behind the restart stays; {@link readJsonl} drops it from one log.
 *
 * The records are ordered by step; where both parts hold a step, the record of `b` stands. So do its facts, where it has
 * them. Merging is associative, and merging with an empty run changes nothing.
 *
 * @param a - The earlier part.
 * @param b - The later part.
 *
 * @example
 * ```ts
 * import { mergeRuns, type Run } from 'gradient-health';
 *
 * const part = (...steps: number[]): Run => ({
 *   schema: 1, model: null, backend: null, data: null,
 *   steps: steps.map((step) => ({ step, wallTimeMs: 0, loss: 1, learningRate: null, globalNorm: 1, variables: {} })),
 * });
 * console.log(mergeRuns(part(0, 1, 2), part(2, 3)).steps.map(({ step }) => step)); // [ 0, 1, 2, 3 ]
 * ```
 */
export function mergeRuns(a: Run, b: Run): Run {
  assertRun('mergeRuns', a);
  assertRun('mergeRuns', b);
  return {
    schema: 1,
    model: b.model ?? a.model,
    backend: b.backend ?? a.backend,
    data: b.data ?? a.data,
    steps: inStepOrder([...a.steps, ...b.steps]),
  };
}

/** Of several records with the same number the last stands. */
function inStepOrder(records: readonly StepRecord[]): readonly StepRecord[] {
  const ordered = records.every((record, i) => i === 0 || record.step > (records[i - 1]?.step ?? 0));
  if (ordered) return records;
  const byStep = new Map(records.map((record) => [record.step, record]));
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}
