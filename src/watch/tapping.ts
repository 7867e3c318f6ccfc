import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import { type ActivationDraft, createUnitMemory, draftActivations } from './activations.js';
import type { Budget } from './budget.js';
import type { Gauge } from './gauge.js';
import { type LossGradients, lossGradients } from './growing-xs.js';
import type { ModelView } from './model.js';
import type { SequencesDraft } from './sequences.js';
import { createTaps, type Taps } from './taps.js';

/** What tapping needs to know of its surroundings. */
export interface TappingOptions {
  readonly view: () => ModelView;
  readonly budget: Budget;
  readonly failed: (error: unknown, step: number) => void;
}

/** Differentiates a loss in the optimizer's place and measures layers on the way. */
export interface Tapping {
  /** `undefined` where it is better left to the optimizer. Throws what `f` throws, and nothing else. */
  differentiate(
    target: { readonly step: number; readonly gauge: Gauge; readonly sequences: SequencesDraft },
    histogram: boolean,
    f: () => Scalar,
    variables: readonly Variable[] | undefined,
  ): { readonly gradients: LossGradients; readonly activations: ActivationDraft } | undefined;
  /** Gives the layers their own methods back; they are tapped again when next needed. */
  remove(): void;
}

export function createTapping({ view, budget, failed }: TappingOptions): Tapping {
  let taps: Taps | undefined;
  const units = createUnitMemory();
  return {
    differentiate({ step, gauge, sequences }, histogram, f, variables) {
      const guarded =
        <T extends unknown[]>(use: (...values: T) => void) =>
        (...values: T): void => {
          try {
            budget.spend(() => use(...values));
          } catch (error) {
            failed(error, step);
          }
        };
      const { layers, activationOf } = view();
      const activations = draftActivations(gauge, histogram, activationOf, units, sequences);
      const { output, state, gate } = activations.listener;
      const listener = { output: guarded(output), state: guarded(state), gate: guarded(gate) };
      taps ??= createTaps(layers);
      const { listen } = taps;
      const gradients = lossGradients(() => listen(listener, f), variables, activations.captured);
      if (!gradients) return undefined;
      guarded(activations.gradients)(gradients.captured);
      const kept = new Set(Object.values(gradients.grads));
      for (const gradient of gradients.captured) if (gradient && !kept.has(gradient)) gradient.dispose();
      return { gradients, activations };
    },
    remove() {
      taps?.remove();
      taps = undefined;
    },
  };
}
