import { chronoClass } from './chrono.js';
import { deltaOrthogonalClass } from './delta-orthogonal.js';
import { diracClass } from './dirac.js';
import { forgetBiasClass } from './forget-bias.js';
import { type OrthogonalOptions, orthogonal } from './orthogonal.js';
import { registerOwnClass, replaceClass } from './own-class.js';
import { perGateClass } from './per-gate.js';
import { sparseClass } from './sparse.js';

/** Options of {@link register}. */
export interface RegisterOptions {
  /**
   * Whether tfjs itself shall use the `orthogonal` of this library wherever its own is named: as the default of its
   * recurrent layers, in saved models and in the clones that `bidirectional` makes. Its own takes half a minute for an
   * LSTM of 128 units on the cpu backend, and throws where the chained methods of `@tensorflow/tfjs` are not loaded.
   *
   * @default false
   */
  readonly replaceOrthogonal?: boolean;
}

/**
 * Makes tfjs able to read saved models with the initialisers that it has no class for: chrono, deltaOrthogonal, dirac,
 * forgetBias, perGate and sparse. Call it before loading such a model; calling it again changes nothing. The others are
 * saved as classes of tfjs and need no call.
 *
 * @example
 * ```ts
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { register } from 'gradient-health';
 *
 * register({ replaceOrthogonal: true });
 * // Of tfjs alone, this line throws "rMat.flatten is not a function".
 * const model = sequential({ layers: [layers.lstm({ units: 128, inputShape: [10, 3] })] });
 * console.log(model.countParams());
 * // 67584
 * ```
 */
export function register({ replaceOrthogonal = false }: RegisterOptions = {}): void {
  for (const each of [
    chronoClass,
    deltaOrthogonalClass,
    diracClass,
    forgetBiasClass,
    perGateClass,
    sparseClass,
  ]) {
    registerOwnClass(each);
  }
  if (replaceOrthogonal) {
    replaceClass({ className: 'Orthogonal', create: (config: OrthogonalOptions) => orthogonal(config) });
  }
}
