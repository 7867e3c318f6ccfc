import { type Scalar, type serialization, type Tensor, tidy } from '@tensorflow/tfjs-core';
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
  /**
   * Whether training changes its weights.
   *
   * @default true
   */
  readonly trainable?: boolean;
}

/** What a layer is, once its options are known. */
export interface LayerBody {
  /** The options as saved, defaults filled in. */
  readonly config: serialization.ConfigDict;
  /** Creates the weights; without it there are none. Throws for a shape that the layer cannot take. */
  build?(inputShape: Shape, addWeight: AddWeight): void;
  /** From an input to an output of the same shape; runs in a `tidy`. */
  call(x: Tensor, kwargs: Kwargs): Tensor;
  /** A layer inside: its weights and regularisation losses become this layer's too. */
  readonly inner?: layers.Layer;
}

/** What tfjs hands from layer to layer: whether it trains, masks. */
export type Kwargs = Parameters<layers.Layer['call']>[1];

/** Creates a trainable float32 weight. */
export type AddWeight = (
  name: string,
  shape: Shape,
  initializer: Initializer,
  regularizer?: Regularizer,
) => LayerVariable;

/** What every `kernelRegularizer` and its kin of tfjs-layers accepts; tfjs does not export its name. */
export type Regularizer = ReturnType<typeof regularizers.l2>;

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
        return this.body.call(only<Tensor>(this.name, inputs), kwargs);
      });
    }

    override getConfig(): serialization.ConfigDict {
      return { ...super.getConfig(), ...this.body.config };
    }

    /** The layer inside, under the name by which tfjs's wrappers have it. */
    get layer(): layers.Layer | undefined {
      // Not there yet while tfjs's constructor runs.
      return this.body?.inner;
    }

    override get trainable(): boolean {
      return super.trainable;
    }

    override set trainable(trainable: boolean) {
      super.trainable = trainable;
      if (this.layer) this.layer.trainable = trainable;
    }

    override get trainableWeights(): LayerVariable[] {
      const inner = this.trainable ? this.layer?.trainableWeights : undefined;
      return [...super.trainableWeights, ...(inner ?? [])];
    }

    override get nonTrainableWeights(): LayerVariable[] {
      const inner = this.trainable ? this.layer?.nonTrainableWeights : this.layer?.weights;
      return [...super.nonTrainableWeights, ...(inner ?? [])];
    }

    override calculateLosses(): Scalar[] {
      return [...super.calculateLosses(), ...(this.layer?.calculateLosses() ?? [])];
    }

    override get stateful(): boolean {
      return this.layer?.stateful ?? super.stateful;
    }

    override resetStates(): void {
      this.layer?.resetStates();
    }

    override setFastWeightInitDuringBuild(fast: boolean): void {
      super.setFastWeightInitDuringBuild(fast);
      this.layer?.setFastWeightInitDuringBuild(fast);
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
