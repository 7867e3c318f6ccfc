import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, type layers, type Shape } from '@tensorflow/tfjs-layers';
import { readSaved, type SavedObject } from '../init/own-class.js';
import { defineLayer, type LayerClass, type LayerOptions } from './define-layer.js';

/** Options of {@link residual}. */
export interface ResidualOptions extends LayerOptions {
  /**
   * Factor on what the block adds; finite. 0, with `learnScale`, starts as the identity, which is SkipInit and ReZero.
   *
   * @default 1
   */
  readonly scale?: number;
  /**
   * Whether the factor is a trained weight, `residual_scale`, that starts at `scale`.
   *
   * @default false
   */
  readonly learnScale?: boolean;
}

/** As it stands in saved models. */
export const residualClass: LayerClass<ResidualOptions & { readonly layer: layers.Layer | SavedObject }> =
  defineLayer('GradientHealthResidual', ({ layer, scale = 1, learnScale = false }) => {
    if (!Number.isFinite(scale))
      throw new RangeError(`residual: scale must be a finite number, got ${scale}`);
    if (scale === 0 && !learnScale) {
      throw new RangeError(
        'residual: scale must not be 0 for good, or the block neither acts nor learns; add learnScale: true to start there',
      );
    }
    if (typeof layer !== 'object' || layer === null) {
      throw new TypeError(`residual: block must be a layer, got ${layer === null ? 'null' : typeof layer}`);
    }
    const block = 'call' in layer ? layer : readLayer(layer);
    let learnt: LayerVariable | undefined;
    return {
      get config() {
        // Read anew each time, since the block may have been frozen or renamed.
        return { layer: { className: block.getClassName(), config: block.getConfig() }, scale, learnScale };
      },
      inner: block,
      build(shape, addWeight) {
        if (!block.built) block.build(shape);
        block.built = true;
        assertKeepsShape(block, shape);
        // Not `scale`, which a normalisation in the block may be called.
        if (learnScale) learnt = addWeight('residual_scale', [], initializers.constant({ value: scale }));
      },
      call(x, kwargs) {
        const branch = block.apply(x, kwargs) as Tensor;
        if (!learnScale && scale === 1) return add(x, branch);
        return add(x, mul(branch, learnt?.read() ?? scale));
      },
    };
  });

/**
 * Creates a residual connection around a block: x + scale block(x). Gradients reach the layers below through x as they
 * are, whatever the block does to them, so that depth alone neither fades nor multiplies them.
 *
 * With `scale: 0, learnScale: true` every block starts as the identity and grows into the net as it learns: nets of any
 * depth start trained through, without normalisation. A fixed scale of 1 / sqrt(blocks) keeps the variance of the sum in
 * bounds.
 *
 * The block is a part of this layer: train, freeze, save and dispose the one with the other. tfjs has no such class: call
 * {@link register} before loading a saved model.
 *
 * @param block - A layer, or a Sequential or functional model, that keeps the shape of its one input.
 * @throws RangeError at creation for an option out of range; when the layer is built, for a block that changes the shape.
 * @remarks Cost: one pass forward, 3 with a scale. Source: arXiv 1512.03385; SkipInit 2002.10444, ReZero 2003.04887.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { layers } from 'gradient-health';
 *
 * const block = tfl.sequential({
 *   layers: [tfl.layers.dense({ units: 8, activation: 'relu', inputShape: [2] }), tfl.layers.dense({ units: 2 })],
 * });
 * const layer = layers.residual(block, { scale: 0, learnScale: true });
 * console.log(String(layer.apply(tensor2d([[1, 2]]))));
 * // Tensor
 * //      [[1, 2],]
 * ```
 */
export function residual(block: layers.Layer, options: ResidualOptions = {}): layers.Layer {
  return residualClass.create({ ...options, layer: block });
}

function readLayer(saved: SavedObject): layers.Layer {
  const read = readSaved(saved);
  if (!read || !('call' in read)) {
    throw new RangeError(
      `residual: expected a saved layer, got class ${saved.className}; call register() first`,
    );
  }
  return read as layers.Layer;
}

function assertKeepsShape(block: layers.Layer, shape: Shape): void {
  const output = block.computeOutputShape(shape) as Shape;
  const keeps = output.length === shape.length && output.every((size, at) => size === shape[at]);
  if (keeps) return;
  const [from, to] = [shape, output].map((each) => `[${each.map(String).join(', ')}]`);
  throw new RangeError(
    `residual: block ${block.name} must keep the shape of its input, got ${from} -> ${to}; end it with as many units or filters as come in (convolutions: padding 'same', strides 1), or change the shape before it`,
  );
}
