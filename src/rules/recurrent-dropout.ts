import type { Rule } from '../record/finding.js';
import { layerNote } from './layer-note.js';

/** Growth of the mean square of a state over its sequence beyond which `predict` sees another model. Heuristic. */
const harmful = 1000;

/**
 * Finds GRU layers with recurrent dropout, which tfjs 4.22 applies to the state that is carried on as well.
 *
 * What is left of the state is scaled by 1 / (1 - rate) at each time step, so that its mean square grows by as much, and without
 * bound over long sequences; in `predict` it does not. A `warning` where training fails, or where the growth comes to 1000, else
 * `info`. Source: measured with tfjs 4.22; Keras masks only what enters the gates.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.recurrentDropout().id); // recurrent-dropout
 * ```
 */
export function recurrentDropout(): Rule {
  return layerNote({
    id: 'recurrent-dropout',
    applies: ({ className, config, fused = false }) =>
      !fused && /^GRU(Cell)?$/.test(className) && Number(config?.['recurrentDropout'] ?? 0) > 0,
    message:
      'tfjs applies the recurrent dropout of a GRU to the state that is carried on, which makes it grow with each time step, and not in predict.',
    failing: 'warning',
    harms: ({ path, config }, run) => {
      const rate = Number(config?.['recurrentDropout']);
      const steps = run.steps.find(({ throughTime }) => throughTime?.[path])?.throughTime?.[path];
      return (1 - rate) ** -(steps?.hiddenGradientNorms.length ?? 0) > harmful;
    },
    explains: [
      'exploding-through-time',
      'learning-rate',
      'exploding-gradient',
      'gate-saturation',
      'non-finite',
      'loss-divergence',
      'loss-plateau',
    ],
    remedies: (layers) => [
      {
        kind: 'regularizer',
        layers,
        to: 'recurrentDropout 0',
        reason: 'dropout of the inputs (dropout) works as it should',
      },
    ],
  });
}
