import { mean, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { WeightKind } from '../layout/kind.js';
import { assertKnownOptions } from '../record/known-options.js';
import { defineHostKernel } from './host-kernel.js';
import { type Blocks, blocksOf, changeUnits, unitSums } from './host-units.js';
import { mapTensors } from './map-tensors.js';
import { assertPolicy, type ClipOptions, finiteOrZero, skipUnlessFinite } from './non-finite.js';
import type { ClipStrategy } from './strategy.js';
import { variableOf } from './variable-of.js';

/** Weights whose units sum over inputs. A row of an embedding sums over nothing, and a vector has no inputs. */
const centred: ReadonlySet<WeightKind> = new Set(['dense', 'conv', 'depthwise', 'transposed', 'recurrent']);

/**
 * Removes from the gradient of each unit its mean, so that a step leaves the mean of the unit's weights alone.
 *
 * `g - mean(g)` with the mean over the inputs of one output unit (a column of a dense kernel [in, out], an output channel
 * of a convolution, one gate of one recurrent unit). Kernels only: biases, embeddings and weights of unknown kind come back
 * as they are, and so do units of a single input, whose gradient would be zero ever after. NaN and infinite gradients: see
 * `nonFinite`; with `propagate` they spread over their unit.
 *
 * It bounds nothing: chain it before a clip. Cost: two operations for each kernel. Source: arXiv 2004.01461.
 *
 * @throws Error at the first step unless the model is known.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { centralize } from 'gradient-health';
 *
 * const variables = { kernel: { kind: 'dense', unitAxes: [0], isOutput: false } } as const;
 * const kernel = tensor2d([[1, 2], [3, 4], [5, 9]]); // 3 inputs, 2 units of means 3 and 5
 * const { gradients } = centralize().apply({ kernel }, { weights: {}, state: {}, step: 0, variables });
 * console.log(gradients.kernel.dataSync().join(' '));
 * // -2 -3 0 -1 2 4
 * ```
 */
export function centralize(options: ClipOptions = {}): ClipStrategy {
  assertKnownOptions('centralize', options, ['nonFinite']);
  const { nonFinite = 'skip' } = options;
  assertPolicy('centralize', nonFinite);
  return {
    name: 'centralize()',
    apply(gradients, context) {
      const given = nonFinite === 'zero' ? mapTensors(gradients, finiteOrZero) : gradients;
      const evidence: Tensor[] = [];
      const centralized = mapTensors(given, (gradient, name) => {
        const { kind, unitAxes } = variableOf(context, name, 'centralize');
        const inputs = unitAxes.reduce((product, axis) => product * (gradient.shape[axis] ?? 1), 1);
        if (!centred.has(kind) || inputs <= 1) {
          evidence.push(gradient);
          return gradient;
        }
        const means = hostMeans(gradient, unitAxes);
        // Elsewhere a mean may overflow, on devices of 16 bits soon, though every element is finite.
        evidence.push(means ?? gradient);
        return subtractUnits(gradient, means ?? mean(gradient, [...unitAxes], true), unitAxes);
      });
      return nonFinite === 'skip' ? skipUnlessFinite(centralized, evidence) : { gradients: centralized };
    },
  };
}

/** Finite if and only if all elements are; the reduced axes stay with length 1. */
function hostMeans(tensor: Tensor, axes: readonly number[]): Tensor | undefined {
  const blocks = blocksOf(tensor.shape, axes);
  const kept = tensor.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return blocks && hostUnitMeans([tensor], kept, blocks);
}

function subtractUnits(tensor: Tensor, means: Tensor, axes: readonly number[]): Tensor {
  const blocks = blocksOf(tensor.shape, axes);
  return (blocks && hostSubtractUnits([tensor, means], tensor.shape, blocks)) ?? sub(tensor, means);
}

const hostUnitMeans = defineHostKernel<Blocks>({
  name: 'GradientHealthUnitMeans',
  compute(output, [values = output], blocks) {
    output.set(unitSums(values, blocks, false).map((sum) => (sum * blocks.units) / values.length));
  },
});

const hostSubtractUnits = defineHostKernel<Blocks>({
  name: 'GradientHealthSubtractUnits',
  // wasm subtracts by vector instructions; the cpu backend takes a hundred times as long to spread over an axis.
  backends: ['cpu'],
  compute: (output, [values = output, means = output], { inner }) =>
    changeUnits(output, values, means, inner, 'subtract'),
});
