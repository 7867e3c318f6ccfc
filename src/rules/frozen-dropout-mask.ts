import type { Rule } from '../record/finding.js';
import { layerNote } from './layer-note.js';

/**
 * Notes dropout in recurrent cells that stand in an `rnn` layer: tfjs 4.22 draws their mask once and keeps it.
 *
 * Only the layers `lstm`, `gru` and `simpleRNN` clear the masks of their cell; a cell in `rnn({ cell })` or
 * `stackedRNNCells` drops the same inputs for ever, also while predicting. Always `info`. Source: measured with tfjs 4.22.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.frozenDropoutMask().id); // frozen-dropout-mask
 * ```
 */
export function frozenDropoutMask(): Rule {
  return layerNote({
    id: 'frozen-dropout-mask',
    applies: ({ className, config }) =>
      /^RNN$|Cell$/.test(className) &&
      // Cells of this library have this too where they drop anything, and draw anew.
      config?.['candidateDropout'] === undefined &&
      (Number(config?.['dropout'] ?? 0) > 0 || Number(config?.['recurrentDropout'] ?? 0) > 0),
    message:
      'tfjs draws the dropout mask of a cell in an rnn layer once and keeps it for ever, while predicting too.',
    failing: 'info',
    remedies: (layers) => [
      {
        kind: 'cell',
        layers,
        to: 'lstm',
        reason: 'the layers lstm, gru and simpleRNN draw a new mask for each batch',
      },
    ],
  });
}
