import { editLayers, type LayerConfig } from '../plan.js';
import type { ApplyRemedy } from './apply-remedy.js';

/** Share of a penalty that is kept. Heuristic: what outweighs the loss a hundredfold is then no more than its equal. */
const keptShare = 0.01;

/** Eases penalties to a hundredth, or takes them away (`none`), or eases dropout to the rate `to`. */
export const changeRegularizer: ApplyRemedy = (plan, { layers, to }) => {
  let changed = false;
  const config = editLayers(plan.config, layers, (layer: LayerConfig) => {
    const eased = Object.entries(layer.config).flatMap(([name, value]): [string, unknown][] => {
      if (name.endsWith('Regularizer') && isPenalty(value))
        return [[name, to === 'none' ? null : scaled(value)]];
      return name === 'rate' && typeof to === 'number' ? [[name, to]] : [];
    });
    changed ||= eased.length > 0;
    return { ...layer, config: { ...layer.config, ...Object.fromEntries(eased) } };
  });
  return changed ? { ...plan, config } : null;
};

interface Penalty {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const isPenalty = (value: unknown): value is Penalty =>
  typeof value === 'object' && value !== null && 'config' in value && typeof value.config === 'object';

function scaled({ className, config }: Penalty): Penalty {
  const entries = Object.entries(config).map(([name, value]) => [
    name,
    typeof value === 'number' ? value * keptShare : value,
  ]);
  return { className, config: Object.fromEntries(entries) };
}
