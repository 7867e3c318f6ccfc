import { heNormal, heUniform } from '../../init/he.js';
import type { Initializer } from '../../init/initializer.js';
import { lecunNormal, lecunUniform } from '../../init/lecun.js';
import { orthogonal } from '../../init/orthogonal.js';
import { xavierNormal, xavierUniform } from '../../init/xavier.js';
import { editLayers, type LayerConfig } from '../plan.js';
import type { ApplyRemedy } from './apply-remedy.js';

const initializers: Readonly<Record<string, () => Initializer>> = {
  heNormal: () => heNormal(),
  heUniform: () => heUniform(),
  lecunNormal: () => lecunNormal(),
  lecunUniform: () => lecunUniform(),
  orthogonal: () => orthogonal(),
  xavierNormal: () => xavierNormal(),
  xavierUniform: () => xavierUniform(),
};

/**
 * Draws the weights of layers anew, kernels by the initialiser `to`, recurrent kernels orthogonal, biases 0 but for the
 * forget gate.
 */
export const changeInitializer: ApplyRemedy = (plan, { layers, to }) => {
  const create = typeof to === 'string' && Object.hasOwn(initializers, to) ? initializers[to] : undefined;
  if (!create || layers.length === 0) return null;
  const config = editLayers(plan.config, layers, (layer) => redrawn(layer, create));
  return { ...plan, config, redrawn: new Set([...plan.redrawn, ...layers]) };
};

function redrawn(layer: LayerConfig, create: () => Initializer): LayerConfig {
  const fitting: Readonly<Record<string, () => unknown>> = {
    kernelInitializer: () => saved(create()),
    depthwiseInitializer: () => saved(create()),
    pointwiseInitializer: () => saved(create()),
    recurrentInitializer: () => saved(orthogonal()),
    biasInitializer: () => ({ className: 'Zeros', config: {} }),
    unitForgetBias: () => true,
  };
  const changes = Object.entries(fitting).filter(([name]) => layer.config[name] !== undefined);
  return {
    ...layer,
    config: { ...layer.config, ...Object.fromEntries(changes.map(([name, value]) => [name, value()])) },
  };
}

const saved = (initializer: Initializer): object => ({
  className: initializer.getClassName(),
  config: initializer.getConfig(),
});
