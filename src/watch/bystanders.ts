import type { Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { learnedWeights } from '../layout/facts.js';
import type { PlacedLayer } from '../layout/paths.js';
import type { NamedGradient } from './slots.js';

/** The weights of a model that its optimizer does not train: frozen ones, which another optimizer may train. */
export interface Bystanders {
  /** Whether any was changed since the last call. Costs a comparison of references for each. */
  moved(trained: readonly NamedGradient[]): boolean;
}

type Weight = layers.Layer['weights'][number];

export function createBystanders(layers: () => readonly PlacedLayer[]): Bystanders {
  let placed: readonly PlacedLayer[] = [];
  const weights = new Map<string, Weight>();
  let last = new Map<string, Tensor['dataId']>();

  return {
    moved(trained) {
      if (layers() !== placed) {
        placed = layers();
        weights.clear();
        last.clear();
        for (const weight of placed.flatMap(({ layer }) => learnedWeights(layer))) {
          weights.set(weight.name, weight);
        }
      }
      if (weights.size === 0) return false;
      for (const { name } of trained) weights.delete(name);
      const before = last;
      // A variable that is assigned to takes the data of another tensor.
      last = new Map([...weights].map(([name, weight]) => [name, weight.read().dataId]));
      return [...last].some(([name, dataId]) => before.has(name) && before.get(name) !== dataId);
    },
  };
}
