import { maximum, mul, type Tensor } from '@tensorflow/tfjs-core';
import { assertKnownOptions } from '../record/known-options.js';
import { assertPositive } from './assert-positive.js';
import { limitFactors } from './limit-factors.js';
import { mapTensors } from './map-tensors.js';
import { assertPolicy, type ClipOptions, finiteOrZero, skipUnlessFinite } from './non-finite.js';
import type { ClipStrategy } from './strategy.js';
import { scaleUnits, unitNorms } from './unit-norms.js';
import { variableOf } from './variable-of.js';

/** Options of {@link adaptiveClip}. */
export interface AdaptiveClipOptions extends ClipOptions {
  /**
   * Largest norm of a unit's gradient, as a share of the norm of its weights. The larger the batch, the smaller it should
   * be; the paper takes 0.01 for batches of thousands.
   *
   * @default 0.01
   */
  readonly factor?: number;
  /**
   * Norm that a unit's weights are taken to have at least, so that weights that start at zero can move.
   *
   * @default 0.001
   */
  readonly minWeightNorm?: number;
  /**
   * Whether the weights of output layers pass unclipped, as in the paper.
   *
   * @default true
   */
  readonly excludeOutput?: boolean;
}

/**
 * Scales down the gradient of each unit whose norm is too large for the weights of that unit (AGC).
 *
 * `g · min(1, factor · max(||w||, minWeightNorm) / ||g||)` with L2 norms over the inputs of one output unit: a column of a
 * dense kernel [in, out], an output channel of a convolution, one gate of one recurrent unit, a row of an embedding; a bias
 * counts as one unit. Units within their limit come back bit by bit; zero gradients stay zero. Elements of 1e20 do not
 * overflow and elements of 1e-30 do not vanish. The direction of the step changes, within a unit it does not. NaN and
 * infinite gradients: see `nonFinite`; with `propagate` they spread over their unit.
 *
 * Cost: on cpu and wasm three passes over the weights; elsewhere about twenty operations for each. Nothing is read back. Source:
 * arXiv 2102.06171.
 *
 * @throws RangeError unless `factor` and `minWeightNorm` are positive and finite.
 * @throws Error at the first step unless the model is known.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { adaptiveClip } from 'gradient-health';
 *
 * const variables = { kernel: { kind: 'dense', unitAxes: [0], isOutput: false } } as const;
 * const weights = { kernel: tensor2d([[6, 6], [8, 8]]) }; // two units of norm 10
 * const kernel = tensor2d([[3, 0.3], [4, 0.4]]); // norms 5 and 0.5, limit 1
 * const strategy = adaptiveClip({ factor: 0.1 });
 * const { gradients } = strategy.apply({ kernel }, { weights, state: {}, step: 0, variables });
 * console.log(Array.from(gradients.kernel.dataSync(), (value) => value.toFixed(1)).join(' '));
 * // 0.6 0.3 0.8 0.4
 * ```
 */
export function adaptiveClip(options: AdaptiveClipOptions = {}): ClipStrategy {
  assertKnownOptions('adaptiveClip', options, ['factor', 'minWeightNorm', 'excludeOutput', 'nonFinite']);
  const { factor = 0.01, minWeightNorm = 1e-3, excludeOutput = true, nonFinite = 'skip' } = options;
  assertPositive('adaptiveClip: factor', factor);
  assertPositive('adaptiveClip: minWeightNorm', minWeightNorm);
  assertPolicy('adaptiveClip', nonFinite);
  return {
    name: `adaptiveClip(${factor})`,
    apply(gradients, context) {
      const given = nonFinite === 'zero' ? mapTensors(gradients, finiteOrZero) : gradients;
      const evidence: Tensor[] = [];
      const clipped = mapTensors(given, (gradient, name) => {
        const { unitAxes, isOutput } = variableOf(context, name, 'adaptiveClip');
        const weight = context.weights[name];
        if (weight === undefined || (excludeOutput && isOutput)) {
          evidence.push(gradient);
          return gradient;
        }
        const weightNorm = maximum(unitNorms(weight, unitAxes).norm, minWeightNorm);
        const limit = mul(weightNorm, factor);
        const norms = unitNorms(gradient, unitAxes);
        evidence.push(norms.relative);
        return scaleUnits(gradient, limitFactors(norms, limit), unitAxes);
      });
      return nonFinite === 'skip' ? skipUnlessFinite(clipped, evidence) : { gradients: clipped };
    },
  };
}
