import { editLayers, insertAfter, type LayerConfig, type Plan } from '../plan.js';
import type { ApplyRemedy } from './apply-remedy.js';

/** Normalises what layers hand to their activation, over the batch; recurrent layers are left as they are. */
export const changeNormalization: ApplyRemedy = (plan, { layers }) => {
  let changed: Plan | null = null;
  for (const path of layers) {
    const next = normalized(changed ?? plan, path);
    changed = next ?? changed;
  }
  return changed;
};

function normalized(plan: Plan, path: string): Plan | null {
  let activation: unknown;
  const config = editLayers(plan.config, [path], (layer: LayerConfig) => {
    if (!('kernelInitializer' in layer.config) || 'recurrentInitializer' in layer.config) return layer;
    activation = layer.config['activation'];
    return { ...layer, config: { ...layer.config, activation: 'linear' } };
  });
  if (typeof activation !== 'string') return null;
  const inserted = insertAfter(config, path, [
    { className: 'BatchNormalization', config: { name: `${path}_normalization` } },
    { className: 'Activation', config: { name: `${path}_activation`, activation } },
  ]);
  return inserted && { ...plan, config: inserted };
}
