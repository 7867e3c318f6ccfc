import { chrono } from '../../init/chrono.js';
import { forgetBias } from '../../init/forget-bias.js';
import { editLayers, type LayerConfig } from '../plan.js';
import type { ApplyRemedy } from './apply-remedy.js';

/** Opens the forget gates of LSTMs: a bias of `to`, or `chrono` for memories as long as the sequence. */
export const changeForgetBias: ApplyRemedy = (plan, { layers, to }) => {
  const [, length = ''] = /^chrono\((\d+)\)$/.exec(String(to)) ?? [];
  const initializer = length ? chrono({ maxSteps: Number(length) }) : forgetBias({ value: Number(to) || 1 });
  let changed = false;
  const config = editLayers(plan.config, layers, (layer: LayerConfig) => {
    if (layer.className !== 'LSTM') return layer;
    changed = true;
    const biasInitializer = { className: initializer.getClassName(), config: initializer.getConfig() };
    return { ...layer, config: { ...layer.config, biasInitializer, unitForgetBias: false } };
  });
  return changed ? { ...plan, config, redrawn: new Set([...plan.redrawn, ...layers]) } : null;
};
