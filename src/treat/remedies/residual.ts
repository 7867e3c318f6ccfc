import { registerOwnClass } from '../../init/own-class.js';
import { residualClass } from '../../layers/residual.js';
import { editLayers, type LayerConfig } from '../plan.js';
import type { ApplyRemedy } from './apply-remedy.js';

/** Leads the signal around layers too, where they keep its width. */
export const changeResidual: ApplyRemedy = (plan, { layers }, { model }) => {
  const square = (model?.layers ?? [])
    .filter(({ path, className, weights }) => {
      const [fanIn, fanOut, ...more] = weights?.['kernel'] ?? [];
      return layers.includes(path) && className === 'Dense' && fanIn === fanOut && more.length === 0;
    })
    .map(({ path }) => path);
  if (square.length === 0) return null;
  registerOwnClass(residualClass);
  const wrap = (layer: LayerConfig): LayerConfig => {
    const { name, batchInputShape } = layer.config;
    if (batchInputShape !== undefined) return layer;
    const inner = { className: layer.className, config: { ...layer.config, name: `${String(name)}_block` } };
    const config = { name, layer: inner, scale: 1 / Math.sqrt(square.length), learnScale: false };
    return { ...layer, className: residualClass.className, config };
  };
  return { ...plan, config: editLayers(plan.config, square, wrap) };
};
