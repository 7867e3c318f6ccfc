import { type serialization, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type LayerVariable, layers, type regularizers, type Shape } from '@tensorflow/tfjs-layers';
import type { Initializer } from '../init/initializer.js';
import { type OwnClass, registerOwnClass } from '../init/own-class.js';

/** Options of every layer, as in tfjs. */
export interface LayerOptions {
  /**
   * Name in the model, in its summary and in records.
   *
   * @default the class and a number
   */
  readonly name?: string;
  /** Shape of one sample, without the batch axis; for the first layer of a Sequential model. */
  readonly inputShape?: Shape;
  /** The same with the batch axis in front, `null` where its size is open. */
  readonly batchInputShape?: Shape;
}

/** What a layer is, once its options are known. */
export interface LayerBody {
  /** The options as saved, defaults filled in. */
  readonly config: serialization.ConfigDict;
  /** Creates the weights; without it there are none. Throws for a shape that the layer cannot take. */
  build?(inputShape: Shape, addWeight: AddWeight): void;
  /** From an input to an output of the same shape; runs in a `tidy`. */
  call(x: Tensor): Tensor;
}

/** Creates a trainable float32 weight. */
export type AddWeight = (
  name: string,
  shape: Shape,
  initializer: Initializer,
  regularizer?: ReturnType<typeof regularizers.l2>,
) => LayerVariable;

/** A class of layers that tfjs can save and, once registered, read. */
export interface LayerClass<Options extends LayerOptions> extends OwnClass {
  create(options: Options): layers.Layer;
}

/**
 * Makes a class of layers that keep the shape of their one input. tfjs tells layers apart by their classes, and this is
 * the one place that writes one.
 *
 * @param className - As it stands in saved models.
 */
export function defineLayer<Options extends LayerOptions>(
  className: string,
  implement: (options: Options) => LayerBody,
): LayerClass<Options> {
  class OwnLayer extends layers.Layer {
    static readonly className = className;
    readonly body: LayerBody;

    constructor(options: Options) {
      super(options);
      // The prefix keeps classes apart in files; in the names of layers it would only be in the way.
      if (options.name === undefined) this.name = this.name.replaceAll(/gradient_?health_?/gi, '');
      this.supportsMasking = true;
      this.body = implement(options);
    }

    override build(inputShape: Shape | Shape[]): void {
      this.body.build?.(only<Shape>(this.name, inputShape), (name, shape, initializer, regularizer) =>
        this.addWeight(name, shape, 'float32', initializer, regularizer),
      );
      this.built = true;
    }

    override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
      return tidy(() => {
        this.invokeCallHook(inputs, kwargs);
        return this.body.call(only<Tensor>(this.name, inputs));
      });
    }

    override getConfig(): serialization.ConfigDict {
      return { ...super.getConfig(), ...this.body.config };
    }
  }
  const own: LayerClass<Options> = {
    className,
    create(options) {
      registerOwnClass(own);
      return new OwnLayer(options);
    },
  };
  return own;
}

type Kwargs = Parameters<layers.Layer['call']>[1];

/** @param name - Of the layer, for the error message. */
function only<T extends Tensor | Shape>(name: string, given: T | T[]): T {
  const list = isList(given) ? given : [given];
  const [one] = list;
  if (list.length !== 1 || one === undefined) {
    throw new RangeError(`${name}: expected one input, got ${list.length}; merge them by a layer before it`);
  }
  return one;
}

/** A shape is an array too, but not of arrays or tensors. */
const isList = <T extends Tensor | Shape>(given: T | T[]): given is T[] =>
  Array.isArray(given) && typeof given[0] === 'object' && given[0] !== null;
