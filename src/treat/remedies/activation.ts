import { editLayers, insertAfter, type Plan } from '../plan.js';
import type { ApplyRemedy } from './apply-remedy.js';

/** Activations that tfjs knows as layers alone. */
const layerOf: Readonly<Record<string, string>> = { leakyRelu: 'LeakyReLU', prelu: 'PReLU' };

/** Gives layers another activation; one that tfjs has as a layer alone is put behind them. */
export const changeActivation: ApplyRemedy = (plan, { layers, to }) => {
  if (typeof to !== 'string' || layers.length === 0) return null;
  const className = layerOf[to];
  const config = editLayers(plan.config, layers, (layer) => withActivation(layer, className ? 'linear' : to));
  if (!className) return { ...plan, config };
  return layers.reduce<Plan | null>(
    (changed, path) => {
      const inserted =
        changed &&
        insertAfter(changed.config, path, [
          { className, config: { name: `${path}_activation`, trainable: true } },
        ]);
      return inserted && { ...plan, config: inserted };
    },
    { ...plan, config },
  );
};

/** `Dense` names its activation; layers that are one are replaced. */
function withActivation<T extends { readonly className: string; readonly config: object }>(
  layer: T,
  activation: string,
): T {
  if ('activation' in layer.config) return { ...layer, config: { ...layer.config, activation } };
  if (!/^(ReLU|LeakyReLU|ELU|PReLU|ThresholdedReLU|Softmax)$/.test(layer.className)) return layer;
  const { name, batchInputShape } = layer.config as {
    readonly name?: string;
    readonly batchInputShape?: unknown;
  };
  const config = { name, activation, ...(batchInputShape !== undefined && { batchInputShape }) };
  return { ...layer, className: 'Activation', config };
}
