import type { Finding, Rule } from '../record/finding.js';
import type { Run } from '../record/run.js';
import { findingOf } from './finding-of.js';
import { lossTrend } from './loss-trend.js';
import { outputFault } from './output-fault.js';
import { symptoms } from './symptoms.js';

const id = 'output-loss-mismatch';
/** Share of a constant prediction's loss at which even what should not work plainly does. Heuristic. */
const plainSuccess = 0.25;

/**
 * Finds an output activation that does not fit the loss or the targets.
 *
 * By construction wrong, and found at the first step: softmax or categorical cross-entropy over one unit (an `error`: its
 * gradient is 0), an activation without probabilities into a cross-entropy, a second softmax or sigmoid on top of one, also
 * that of a loss that expects logits, targets out of the activation's range by more than half their standard
 * deviation, and several labels for one sample where a softmax and binary cross-entropy are to tell them. A `warning`, unless
 * the loss is below a quarter of a constant prediction's. Found only where training fails: a softmax with binary
 * cross-entropy or a squared error, independent outputs or several labels with categorical cross-entropy.
 *
 * Source: the pairs are those of AutoTrainer (ICSE 2021), UMLAUT (CHI 2021) and NeuraLint (TOSEM 2021); heuristic margins.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.outputLossMismatch().id); // output-loss-mismatch
 * ```
 */
export function outputLossMismatch(): Rule {
  return { id, explains, check };
}

const explains = [
  'target-scale',
  'over-regularization',
  'learning-rate',
  'exploding-gradient',
  'vanishing-gradient',
  ...symptoms,
];

function check(run: Run): Finding[] {
  const fault = outputFault(run);
  if (fault === null || run.steps.length === 0) return [];
  const { known, share, failing } = lossTrend(run);
  const { where, why, works, remedy } = fault;
  if (works === 'badly' && known && share <= plainSuccess) return [];
  if (works === 'perhaps' && !failing) return [];
  const severity = works === 'never' ? 'error' : 'warning';
  const message = `${where}: ${why}.`;
  return [findingOf(run, id, { severity, where, evidence: {}, message, remedies: [remedy] })];
}
