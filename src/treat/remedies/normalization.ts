import { editLayers, insertAfter, type LayerConfig, type Plan } from '../plan.js';
import type { ApplyRemedy } from './apply-remedy.js';

/**
 * Normalises what layers hand to their activation, over the batch; recurrent layers are left as they are. `momentum N` is
 * for layers that normalise already.
 */
export const changeNormalization: ApplyRemedy = (plan, { layers, to }) => {
  const momentum = /^momentum (.+)$/.exec(String(to))?.[1];
  if (momentum !== undefined) return withMomentum(plan, layers, Number(momentum));
  let changed: Plan | null = null;
  for (const path of layers) {
    const next = normalized(changed ?? plan, path);
    changed = next ?? changed;
  }
  return changed;
};

function withMomentum(plan: Plan, paths: readonly string[], momentum: number): Plan | null {
  let isChanged = false;
  const config = editLayers(plan.config, paths, (layer: LayerConfig) => {
    if (typeof layer.config['momentum'] !== 'number' || layer.config['momentum'] <= momentum) return layer;
    isChanged = true;
    return { ...layer, config: { ...layer.config, momentum } };
  });
  return isChanged ? { ...plan, config } : null;
}

function normalized(plan: Plan, path: string): Plan | null {
  let activation: unknown;
  const config = editLayers(plan.config, [path], (layer: LayerConfig) => {
    if (!('kernelInitializer' in layer.config) || 'recurrentInitializer' in layer.config) return layer;
    activation = layer.config['activation'];
    return { ...layer, config: { ...layer.config, activation: 'linear' } };
  });
  if (typeof activation !== 'string') return null;
  const inserted = insertAfter(config, path, [
    { className: 'BatchNormalization', config: { name: `${path}_normalization`, momentum: 0.9 } },
    { className: 'Activation', config: { name: `${path}_activation`, activation } },
  ]);
  return inserted && { ...plan, config: inserted };
}
