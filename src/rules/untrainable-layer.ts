import type { Rule } from '../record/finding.js';
import type { Run } from '../record/run.js';
import { layerNote } from './layer-note.js';

/** Layers by the gradients that they need, as tfjs calls them. */
const needs: readonly (readonly [layer: RegExp, kernel: RegExp])[] = [
  [/^Conv(1D|2D)$|^Conv2DTranspose$|^ConvLSTM2D/, /^Conv2DBackpropFilter$/],
  [/^(DepthwiseConv2D|SeparableConv2D)$/, /^DepthwiseConv2dNativeBackprop/],
  [/^Embedding$/, /^UnsortedSegmentSum$/],
];
/** What the wasm backend of tfjs 4.22 lacks, where no probe has looked. */
const missingOnWasm = ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter', 'UnsortedSegmentSum'];

/**
 * Finds layers that the backend cannot train, because it lacks the kernel of their gradient.
 *
 * Reads `missingKernels` of the backend, or for wasm what tfjs 4.22 lacks there: convolutions and embeddings. A `warning` where
 * training fails, else `info`. Source: tfjs#8474, tfjs#8082.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.untrainableLayer().id); // untrainable-layer
 * ```
 */
export function untrainableLayer(): Rule {
  return layerNote({
    id: 'untrainable-layer',
    applies: ({ className, config }, run) =>
      config?.['trainable'] !== false &&
      needs.some(
        ([layer, kernel]) => layer.test(className) && missing(run).some((name) => kernel.test(name)),
      ),
    message:
      'this backend lacks the kernel of its gradient and cannot train it; the cpu, webgl and webgpu backends can.',
    failing: 'warning',
  });
}

function missing({ backend }: Run): readonly string[] {
  return backend?.missingKernels ?? (backend?.name === 'wasm' ? missingOnWasm : []);
}
