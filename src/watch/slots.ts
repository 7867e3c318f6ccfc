import type { NamedTensorMap, Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';

/** One gradient as `minimize` hands it to `applyGradients`; tfjs does not export its name for this. */
export interface NamedGradient {
  readonly name: string;
  readonly tensor: Tensor | null | undefined;
}

/** Both forms that `applyGradients` accepts. */
export type Gradients = readonly NamedGradient[] | NamedTensorMap;

/** The list form of either. */
export const toList = (gradients: Gradients): readonly NamedGradient[] =>
  isList(gradients) ? gradients : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));

const isList = (gradients: Gradients): gradients is readonly NamedGradient[] => Array.isArray(gradients);

/** tfjs's own optimizers but SGD, which has no moments: only they are known to read a list with `null` tensors. */
const stockWithMoments = new Set(['Momentum', 'Adagrad', 'Adadelta', 'Adam', 'Adamax', 'RMSProp']);

/** Gives each weight its own place in the list that an optimizer sees. */
export interface Slots {
  /**
   * Puts gradients in the order of their slots. tfjs's optimizers keep moments by position, so a map whose keys change
   * between steps would hand one weight the moments of another. Lists, and maps in slot order, are returned as they are.
   */
  order(gradients: Gradients): Gradients;
  /** Whether some map so far would have met moments that are not its own. */
  readonly repaired: boolean;
}

/** Starts from the slots that the optimizer has already filled, else from the first gradients seen. */
export function createSlots(optimizer: Optimizer): Slots {
  const names = stockWithMoments.has(optimizer.getClassName()) ? filledSlots(optimizer) : undefined;
  const known = new Set(names);
  let repaired = false;
  return {
    order(gradients) {
      if (names === undefined) return gradients;
      const list = toList(gradients);
      for (const { name, tensor } of list) {
        if (known.has(name) || (tensor == null && !isList(gradients))) continue;
        known.add(name);
        names.push(name);
      }
      if (isList(gradients) || list.every(({ name }, index) => name === names[index])) return gradients;
      repaired = true;
      const byName = new Map(list.map(({ name, tensor }) => [name, tensor]));
      return names.map((name) => ({ name, tensor: byName.get(name) ?? null }));
    },
    get repaired() {
      return repaired;
    },
  };
}

/**
 * Reads the slots of an optimizer that has already trained from its moments, which are called `weight/moment`. Moments
 * restored from a file may name weights of another program: then the order is not known and starts anew.
 */
function filledSlots(optimizer: Optimizer): string[] {
  const moments = Object.values(optimizer).find(
    (value): value is { originalName: string }[] =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((moment) => typeof moment?.originalName === 'string'),
  );
  const names =
    moments?.map(({ originalName }) => originalName.slice(0, originalName.lastIndexOf('/'))) ?? [];
  return names.every((name) => name in engine().registeredVariables) ? names : [];
}
