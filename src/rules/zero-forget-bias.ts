import type { Rule } from '../record/finding.js';
import { layerNote } from './layer-note.js';

/**
 * Finds LSTM layers whose forget gate starts half shut: the default of tfjs, where Keras starts with a bias of 1.
 *
 * A gate of 0.5 halves what the cell remembers with each time step. Always `info`: {@link vanishingThroughTime} tells when that
 * is too short. Source: Jozefowicz, Zaremba and Sutskever (ICML 2015).
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.zeroForgetBias().id); // zero-forget-bias
 * ```
 */
export function zeroForgetBias(): Rule {
  return layerNote({
    id: 'zero-forget-bias',
    applies: ({ className, config, initializers }) =>
      /^LSTM(Cell)?$/.test(className) &&
      config?.['unitForgetBias'] !== true &&
      initializers?.['bias'] === 'Zeros',
    message: 'its forget gate starts half shut (bias 0), which halves what it remembers with each time step.',
    failing: 'info',
    remedies: (layers) => [
      { kind: 'forget-bias', layers, to: 'forgetBias(1)', reason: 'it starts out remembering, as in Keras' },
    ],
  });
}
