import type { Rule } from '../record/finding.js';
import { layerNote } from './layer-note.js';

/**
 * Finds GRU layers with recurrent dropout, which tfjs 4.22 applies to the state that is carried on as well.
 *
 * The state is scaled by 1 / (1 - rate) at each time step, so that it grows without bound over long sequences. A `warning` where
 * training fails, else `info`. Source: measured with tfjs 4.22; Keras masks only what enters the gates.
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
      'tfjs applies the recurrent dropout of a GRU to the state that is carried on, which makes it grow with each time step.',
    failing: 'warning',
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
