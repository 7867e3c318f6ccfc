import type { Rule } from '../record/finding.js';
import { layerNote } from './layer-note.js';
import { variableOf, weightedLayers } from './weighted-layers.js';

/**
 * Notes layers that are set `trainable: false` and yet change.
 *
 * `optimizer.minimize` without a list of weights trains every variable, and `model.fit` the weights that were trainable when
 * the model was compiled. Always `info`. Source: measured with tfjs 4.22.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.trainedWhileFrozen().id); // trained-while-frozen
 * ```
 */
export function trainedWhileFrozen(): Rule {
  return layerNote({
    id: 'trained-while-frozen',
    applies: ({ path, config, frozen = config?.['trainable'] === false }, run) => {
      const newest = run.steps.at(-1);
      if (!frozen || newest === undefined) return false;
      return weightedLayers(run).some(
        (layer) =>
          layer.path === path &&
          [...layer.kernels, ...layer.vectors].some((key) => (variableOf(newest, key)?.updateNorm ?? 0) > 0),
      );
    },
    message:
      'it is not trainable and changes all the same: what is trained was settled by compile, or by minimize.',
    failing: 'info',
  });
}
