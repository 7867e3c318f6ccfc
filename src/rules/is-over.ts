import type { Run } from '../record/run.js';
import { lossTrend } from './loss-trend.js';
import { symptoms } from './symptoms.js';

/** What any success refutes: signs of a fault, and a short memory, which is none where the task asks for no longer one. */
const refuted: readonly string[] = [...symptoms, 'vanishing-through-time'];

/**
 * Whether a run is past what a rule once found in it and finds no more. Of a cause only a loss at half of a constant
 * prediction's is proof: one just below that may be all that the cause allows. Any success has to do where it cannot be told
 * what share a loss is, as of a negative one.
 */
export function isOver(run: Run, rule: string): boolean {
  const { converged, good, share, well } = lossTrend(run);
  return refuted.includes(rule) || Number.isNaN(share) ? well : converged || good;
}
