import { concat, type serialization, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import type { Initializer } from './initializer.js';
import { type OwnClass, ownInitializer, readSaved, type SavedObject } from './own-class.js';

/** Options of {@link perGate}. */
export interface PerGateOptions {
  /** Gates fused side by side in the last axis: LSTM 4, GRU 3. */
  readonly gates: number;
}

/** As it stands in saved models. */
export const perGateClass: OwnClass = {
  className: 'GradientHealthPerGate',
  create: ({ initializer, gates }: { initializer: SavedObject } & PerGateOptions) =>
    perGate(readInitializer(initializer), { gates }),
};

/**
 * Creates an initialiser that fills each fused gate of a recurrent weight on its own: a kernel [in, gates x units] as
 * `gates` matrices [in, units]. So orthogonal and identity matrices, and the fans of He and Xavier, are those of a gate.
 *
 * A seeded initialiser of this library fills each gate differently; one of tfjs fills all alike. tfjs has no such class:
 * call {@link register} before loading a saved model. For He and Xavier `kind: 'recurrent'` with `gates` does the same
 * and needs none.
 *
 * @param initializer - Of this library or of tfjs.
 * @throws TypeError for what is no initialiser.
 * @throws RangeError at creation unless gates is a positive integer; when a layer is built, unless it divides the last
 *   axis.
 * @example
 * ```ts
 * import { initializers } from 'gradient-health';
 *
 * const recurrentInitializer = initializers.perGate(initializers.identity(), { gates: 3 });
 * console.log(recurrentInitializer.apply([2, 3 * 2]).dataSync().join(' '));
 * // 1 0 1 0 1 0 0 1 0 1 0 1
 * ```
 */
export function perGate(initializer: Initializer, { gates }: PerGateOptions): Initializer {
  if (typeof initializer !== 'object' || typeof initializer?.apply !== 'function') {
    throw new TypeError(`perGate: initializer must be one such as heNormal(), got ${typeof initializer}`);
  }
  if (!(Number.isInteger(gates) && gates > 0)) {
    throw new RangeError(`perGate: gates must be a positive integer, got ${gates}`);
  }
  const fused = ownInitializer(perGateClass, {});
  fused.getConfig = () => ({
    gates,
    initializer: { className: initializer.getClassName(), config: initializer.getConfig() },
  });
  fused.apply = (shape: Shape, dtype): Tensor => {
    const size = shape.at(-1) ?? 0;
    if (shape.length === 0 || size % gates !== 0) {
      throw new RangeError(
        `perGate: expected a last axis of ${gates} gates x units, got shape [${shape.join(', ')}]`,
      );
    }
    const gate = [...shape.slice(0, -1), size / gates];
    return tidy(() =>
      concat(
        Array.from({ length: gates }, () => initializer.apply(gate, dtype)),
        shape.length - 1,
      ),
    );
  };
  return fused;
}

function readInitializer(saved: SavedObject): Initializer {
  const read = readSaved(saved);
  if (!read || !isInitializer(read)) {
    throw new RangeError(
      `perGate: expected a saved initializer, got class ${saved.className}; call register() first`,
    );
  }
  return read;
}

const isInitializer = (saved: serialization.Serializable): saved is Initializer => 'apply' in saved;
