import { dispose, engine, keep, type NamedTensorMap, type Scalar, tidy } from '@tensorflow/tfjs-core';
import type { ClipStrategy, ClipVariable } from '../clip/strategy.js';
import { reference } from './gauge.js';
import type { NamedGradient } from './slots.js';

/** What a strategy made of one step's gradients. The caller disposes both. */
export interface Clipped {
  readonly gradients: NamedTensorMap;
  readonly accept?: Scalar;
}

/** A strategy with its memory. */
export interface Clipper {
  readonly strategy: ClipStrategy;
  /** The result is new references, so that a strategy may return what it was given and the caller may still dispose it. */
  apply(gradients: readonly NamedGradient[]): Clipped;
  dispose(): void;
}

/** Runs a strategy step by step and owns its state. */
export function createClipper(
  strategy: ClipStrategy,
  describe: () => Readonly<Record<string, ClipVariable>>,
): Clipper {
  let state: NamedTensorMap | undefined;
  let step = 0;
  const replaceState = (next: NamedTensorMap): void => {
    const kept = new Set(Object.values(next).map(keep));
    for (const tensor of Object.values(state ?? {})) if (!kept.has(tensor)) tensor.dispose();
    state = next;
  };
  return {
    strategy,
    apply(list) {
      const { registeredVariables } = engine();
      const gradients: NamedTensorMap = {};
      const weights: NamedTensorMap = {};
      for (const { name, tensor } of list) {
        if (tensor != null) gradients[name] = tensor;
        const weight = registeredVariables[name];
        if (weight) weights[name] = weight;
      }
      const result = tidy(() => {
        if (state === undefined) replaceState(strategy.initialState?.(weights) ?? {});
        const clipped = strategy.apply(gradients, {
          weights,
          state: state ?? {},
          step,
          variables: describe(),
        });
        if (clipped.state) replaceState(clipped.state);
        return {
          gradients: Object.fromEntries(
            Object.entries(clipped.gradients).map(([key, tensor]) => [key, reference(tensor)]),
          ),
          ...(clipped.accept && { accept: reference(clipped.accept) }),
        };
      });
      step++;
      return result;
    },
    dispose() {
      dispose(state);
      state = undefined;
    },
  };
}
