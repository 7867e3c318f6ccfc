import { registerOwnClass } from '../init/own-class.js';
import { registerInitializers, replaceOrthogonal as replaceTfjsOrthogonal, } from '../init/register-initializers.js';
import { celuClass, eluClass } from './elu.js';
import { groupNormClass } from './group-norm.js';
import { hardSigmoidClass, hardSwishClass, hardTanhClass } from './hard.js';
import { residualClass } from './residual.js';
import { rmsNormClass } from './rms-norm.js';
import { softshrinkClass } from './softshrink.js';
const layerClasses = [
    eluClass,
    celuClass,
    hardTanhClass,
    hardSigmoidClass,
    hardSwishClass,
    softshrinkClass,
    groupNormClass,
    rmsNormClass,
    residualClass,
];
/**
 * Makes tfjs able to read saved models with the initialisers and layers of this library that it has no class for. Call it
 * before loading such a model; calling it again changes nothing.
 *
 * These are the initialisers chrono, deltaOrthogonal, dirac, forgetBias, perGate and sparse, and the layers celu and elu
 * (with an alpha other than 1), groupNorm, hardSigmoid, hardSwish, hardTanh, instanceNorm, residual, rmsNorm and
 * softshrink. The others are saved as classes of tfjs and need no call.
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
export function register({ replaceOrthogonal = false } = {}) {
    registerInitializers();
    for (const each of layerClasses)
        registerOwnClass(each);
    if (replaceOrthogonal)
        replaceTfjsOrthogonal();
}
