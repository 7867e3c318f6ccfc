import { customGrad, mul } from '@tensorflow/tfjs-core';
import { defineLayer } from './define-layer.js';
/**
 * Makes a class of activation layers. The gradient is `slope` and not what tfjs would derive from `value`, which may
 * therefore use operations that have no gradient, or a wrong one.
 */
export function defineActivation(className, implement) {
    return defineLayer(className, (options) => {
        const { config, value, slope } = implement(options);
        const activate = customGrad((x, save) => {
            const keep = save;
            keep([x]);
            return {
                value: value(x),
                // The input saved for us, since x itself may be disposed by then.
                gradFunc: (dy, [saved]) => mul(dy, slope(saved)),
            };
        });
        return { config, call: (x) => activate(x) };
    });
}
