import { type OwnClass, registerOwnClass, replaceClass } from '../init/own-class.js';
import {
  registerInitializers,
  replaceOrthogonal as replaceTfjsOrthogonal,
} from '../init/register-initializers.js';
import { assertKnownOptions } from '../record/known-options.js';
import { celuClass, eluClass } from './elu.js';
import { groupNormClass } from './group-norm.js';
import { hardSigmoidClass, hardSwishClass, hardTanhClass } from './hard.js';
import { gruCellClass } from './recurrent/cells/gru-cell.js';
import { janetCellClass } from './recurrent/cells/janet-cell.js';
import { lstmCellClass } from './recurrent/cells/lstm-cell.js';
import { minGruCellClass, minLstmCellClass } from './recurrent/cells/min-cells.js';
import { gruClass } from './recurrent/gru.js';
import { lstmClass } from './recurrent/lstm.js';
import { readRecurrent } from './recurrent/read-recurrent.js';
import { residualClass } from './residual.js';
import { rmsNormClass } from './rms-norm.js';
import { softshrinkClass } from './softshrink.js';

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
  /**
   * Whether tfjs shall read every `LSTM` and `GRU` of a saved model as the fused layer of this library, where that computes the
   * same. So models of Keras with a GRU load, whose reset gate tfjs refuses.
   *
   * @default false
   */
  readonly replaceRecurrent?: boolean;
}

const layerClasses: readonly OwnClass[] = [
  eluClass,
  celuClass,
  hardTanhClass,
  hardSigmoidClass,
  hardSwishClass,
  softshrinkClass,
  groupNormClass,
  rmsNormClass,
  residualClass,
  lstmClass,
  gruClass,
  lstmCellClass,
  gruCellClass,
  janetCellClass,
  minGruCellClass,
  minLstmCellClass,
];

/**
 * Makes tfjs able to read saved models with the initialisers and layers of this library that it has no class for. Call it
 * before loading such a model; calling it again changes nothing.
 *
 * These are the initialisers chrono, deltaOrthogonal, dirac, forgetBias, perGate and sparse, and the layers celu and elu
 * (with an alpha other than 1), groupNorm, gru (with the reset gate after the product, or a limit on the gradient through
 * time), hardSigmoid, hardSwish, hardTanh, instanceNorm, lstm (with such a limit), residual, rmsNorm and softshrink, and the
 * cells gruCell, janetCell, lstmCell (with a variant or noise), minGruCell and minLstmCell. The others are saved as classes of
 * tfjs and need no call; what `defineCell` defines is known once the definition has run.
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
export function register(options: RegisterOptions = {}): void {
  assertKnownOptions('register', options, ['replaceOrthogonal', 'replaceRecurrent']);
  const { replaceOrthogonal = false, replaceRecurrent = false } = options;
  registerInitializers();
  for (const each of layerClasses) registerOwnClass(each);
  if (replaceOrthogonal) replaceTfjsOrthogonal();
  if (replaceRecurrent) for (const each of readRecurrent) replaceClass(each);
}
