import { editLayers, type LayerConfig } from '../plan.js';
import type { ApplyRemedy } from './apply-remedy.js';

/** What all recurrent layers have in common; the rest is left to the new layer's defaults. */
const shared = [
  'name',
  'trainable',
  'batchInputShape',
  'units',
  'returnSequences',
  'returnState',
  'goBackwards',
  'stateful',
  'unroll',
  'dropout',
] as const;

/** Puts an LSTM or a GRU in the place of simple recurrent layers; its weights are new. */
export const changeCell: ApplyRemedy = (plan, { layers, to }) => {
  const className = /gru/i.test(String(to)) ? 'GRU' : 'LSTM';
  let changed = false;
  const config = editLayers(plan.config, layers, (layer: LayerConfig) => {
    if (!/^(SimpleRNN|GRU|LSTM)$/.test(layer.className) || layer.className === className) return layer;
    changed = true;
    const kept = shared.filter((name) => layer.config[name] !== undefined);
    return {
      ...layer,
      className,
      config: Object.fromEntries(kept.map((name) => [name, layer.config[name]])),
    };
  });
  return changed ? { ...plan, config, redrawn: new Set([...plan.redrawn, ...layers]) } : null;
};
