import { engine, type Tensor, Variable } from '@tensorflow/tfjs-core';
import { learnedWeights } from '../layout/facts.js';
import type { PlacedLayer } from '../layout/paths.js';
import type { NamedGradient } from './slots.js';

/**
 * The weights behind a loss that the optimizer does not train, though another one may: frozen layers of its model, and variables
 * that were read while the loss was computed, as those of a GAN's other half are in a loop of one's own.
 */
export interface Bystanders {
  /** Looks at what the forward pass that has just ended has read, while it is still on the tape. */
  meet(): void;
  /** Whether any was changed since the last call. Costs a comparison of references for each. */
  moved(trained: readonly NamedGradient[]): boolean;
}

/** The part of a variable, or of a layer's weight, that tells whether it was assigned to: it takes the data of another tensor. */
type DataOf = () => Tensor['dataId'];

export function createBystanders(layers: () => readonly PlacedLayer[]): Bystanders {
  let placed: readonly PlacedLayer[] = [];
  const weights = new Map<string, DataOf>();
  let last = new Map<string, Tensor['dataId']>();

  return {
    meet() {
      for (const { inputs } of engine().state.activeTape ?? []) {
        for (const input of Object.values(inputs)) {
          if (input instanceof Variable && input.trainable) weights.set(input.name, () => input.dataId);
        }
      }
    },
    moved(trained) {
      if (layers() !== placed) {
        placed = layers();
        weights.clear();
        last.clear();
        for (const weight of placed.flatMap(({ layer }) => learnedWeights(layer))) {
          weights.set(weight.name, () => weight.read().dataId);
        }
      }
      if (weights.size === 0) return false;
      for (const { name } of trained) weights.delete(name);
      const before = last;
      last = new Map([...weights].map(([name, dataOf]) => [name, dataOf()]));
      return [...last].some(([name, dataId]) => before.has(name) && before.get(name) !== dataId);
    },
  };
}
