/**
 * Tells after how many time steps half of what a memory cell holds is forgotten, if its forget gate stays this far open.
 *
 * ln(1/2) / ln(f): 0 for a gate that is shut, 1 at f = 1/2, `Infinity` for one that is open. Of a GRU, the update gate does
 * the same for its state.
 *
 * @param gate - How far the gate opens, as the mean in `record.throughTime`: in [0, 1]. Units differ; the mean over them
 *   understates the longest memory.
 * @throws RangeError for an opening out of range.
 * @remarks Source: arXiv 1804.11188, where a gate of 1 - 1/T stands for a memory of T steps.
 * @example
 * ```ts
 * import { theory } from 'gradient-health';
 *
 * // A forget gate with bias 1 and nothing else: sigmoid(1) = 0.731.
 * console.log(theory.memoryHalfLife(1 / (1 + Math.exp(-1))).toFixed(2));
 * // 2.21
 * ```
 */
export function memoryHalfLife(gate: number): number {
  if (!(gate >= 0 && gate <= 1)) {
    throw new RangeError(`memoryHalfLife: gate must be in [0, 1], got ${gate}`);
  }
  return gate === 1 ? Infinity : Math.LN2 / -Math.log(gate);
}
