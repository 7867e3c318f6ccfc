import type { Rule } from '../record/finding.js';
import { layerNote } from './layer-note.js';

/**
 * Notes weights with a constraint: tfjs 4.22 never applies one while training.
 *
 * The constraint runs where a weight is set by `setWeights`, and optimizers write weights in another way. Always `info`.
 * Source: tfjs#3345, tfjs#3979.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.ignoredConstraint().id); // ignored-constraint
 * ```
 */
export function ignoredConstraint(): Rule {
  return layerNote({
    id: 'ignored-constraint',
    applies: ({ constraints }) => constraints !== undefined && Object.keys(constraints).length > 0,
    message: 'it has a constraint on its weights, which tfjs never applies while training.',
    failing: 'info',
    remedies: (layers) => [
      {
        kind: 'regularizer',
        layers,
        to: 'l2',
        reason: 'a penalty on large weights is applied at every step',
      },
    ],
  });
}
