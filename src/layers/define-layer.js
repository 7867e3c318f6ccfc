import { tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { registerOwnClass } from '../init/own-class.js';
/**
 * Makes a class of layers that keep the shape of their one input. tfjs tells layers apart by their classes, and this is
 * the one place that writes one.
 *
 * @param className - As it stands in saved models.
 */
export function defineLayer(className, implement) {
    class OwnLayer extends layers.Layer {
        static className = className;
        body;
        constructor(options) {
            super(options);
            // The prefix keeps classes apart in files; in the names of layers it would only be in the way.
            if (options.name === undefined)
                this.name = this.name.replaceAll(/gradient_?health_?/gi, '');
            this.supportsMasking = true;
            this.body = implement(options);
        }
        build(inputShape) {
            this.body.build?.(only(this.name, inputShape), (name, shape, initializer, regularizer) => this.addWeight(name, shape, 'float32', initializer, regularizer));
            this.built = true;
        }
        call(inputs, kwargs) {
            return tidy(() => {
                this.invokeCallHook(inputs, kwargs);
                return this.body.call(only(this.name, inputs), kwargs);
            });
        }
        getConfig() {
            return { ...super.getConfig(), ...this.body.config };
        }
        /** The layer inside, under the name by which tfjs's wrappers have it. */
        get layer() {
            // Not there yet while tfjs's constructor runs.
            return this.body?.inner;
        }
        get trainable() {
            return super.trainable;
        }
        set trainable(trainable) {
            super.trainable = trainable;
            if (this.layer)
                this.layer.trainable = trainable;
        }
        get trainableWeights() {
            const inner = this.trainable ? this.layer?.trainableWeights : undefined;
            return [...super.trainableWeights, ...(inner ?? [])];
        }
        get nonTrainableWeights() {
            const inner = this.trainable ? this.layer?.nonTrainableWeights : this.layer?.weights;
            return [...super.nonTrainableWeights, ...(inner ?? [])];
        }
        calculateLosses() {
            return [...super.calculateLosses(), ...(this.layer?.calculateLosses() ?? [])];
        }
        get stateful() {
            return this.layer?.stateful ?? super.stateful;
        }
        resetStates() {
            this.layer?.resetStates();
        }
        setFastWeightInitDuringBuild(fast) {
            super.setFastWeightInitDuringBuild(fast);
            this.layer?.setFastWeightInitDuringBuild(fast);
        }
    }
    const own = {
        className,
        create(options) {
            registerOwnClass(own);
            return new OwnLayer(options);
        },
    };
    return own;
}
/** @param name - Of the layer, for the error message. */
function only(name, given) {
    const list = isList(given) ? given : [given];
    const [one] = list;
    if (list.length !== 1 || one === undefined) {
        throw new RangeError(`${name}: expected one input, got ${list.length}; merge them by a layer before it`);
    }
    return one;
}
/** A shape is an array too, but not of arrays or tensors. */
const isList = (given) => Array.isArray(given) && typeof given[0] === 'object' && given[0] !== null;
