import { clone, keep, type Optimizer, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { placeLayers } from '../layout/paths.js';

/** What tfjs's recurrent layers carry from batch to batch, where they are stateful. */
interface Stateful {
  readonly stateful?: boolean;
  readonly states_?: readonly Tensor[] | null;
  resetStates(states?: readonly Tensor[]): void;
}

/** Returns how to give stateful layers the states back that they carry now. */
export function holdStates(model: LayersModel): () => void {
  const carried = placeLayers(model).flatMap(({ layer }) => {
    const stateful = layer as unknown as Stateful;
    if (!stateful.stateful) return [];
    return [{ layer: stateful, states: stateful.states_?.map((state) => keep(clone(state))) }];
  });
  return () => {
    for (const { layer, states } of carried) {
      // Without states it lets go of those that training has kept.
      layer.resetStates();
      if (states) layer.resetStates(states);
      for (const state of states ?? []) state.dispose();
    }
  };
}

/** Takes off all that was put on an optimizer, a clip among it, which would stand between it and the watch. Returns how to put it back. */
export function withoutOwn(optimizer: Optimizer): () => void {
  const names = [...Object.getOwnPropertySymbols(optimizer), 'computeGradients', 'applyGradients'];
  const own = names.map((name) => [name, Object.getOwnPropertyDescriptor(optimizer, name)] as const);
  const remove = (): void => {
    for (const [name] of own) Reflect.deleteProperty(optimizer, name);
  };
  remove();
  return () => {
    remove();
    for (const [name, descriptor] of own) if (descriptor) Object.defineProperty(optimizer, name, descriptor);
  };
}
