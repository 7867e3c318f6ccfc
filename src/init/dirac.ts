import { util } from '@tensorflow/tfjs-core';
import { assertPositive } from './assert-positive.js';
import { centralTap } from './central-tap.js';
import { fillWith, type Initializer } from './initializer.js';
import { type OwnClass, ownInitializer } from './own-class.js';

/** Options of {@link dirac}. */
export interface DiracOptions {
  /**
   * What a channel is multiplied with; positive.
   *
   * @default 1
   */
  readonly gain?: number;
}

/** As it stands in saved models. */
export const diracClass: OwnClass = {
  className: 'GradientHealthDirac',
  create: (config: DiracOptions) => dirac(config),
};

/**
 * Creates the identity of convolutions: with stride 1 and padding 'same', channel c of the output is channel c of the
 * input times the gain, for as many channels as both have; further output channels are 0.
 *
 * The kernel is 0 but for its central tap, (k - 1) / 2 rounded down, which is the identity for even k too; torch's
 * `dirac_` takes k / 2, which shifts the picture by a pixel there. For convolutions, not for depthwise ones. tfjs has no
 * such class: call {@link register} before loading a saved model.
 *
 * @throws RangeError at creation for an option out of range; when a layer is built, for a shape of rank below 3.
 * @remarks Source: arXiv 1706.00388.
 * @example
 * ```ts
 * import { initializers } from 'gradient-health';
 *
 * const kernel = initializers.dirac().apply([3, 2, 2]);
 * console.log(kernel.dataSync().join(' '));
 * // 0 0 0 0 1 0 0 1 0 0 0 0
 * ```
 */
export function dirac({ gain = 1 }: DiracOptions = {}): Initializer {
  assertPositive('dirac', 'gain', gain);
  return fillWith('dirac', ownInitializer(diracClass, { gain }), (shape) => {
    const [inputs = 0, outputs = 0] = shape.slice(-2);
    if (shape.length < 3) {
      throw new RangeError(
        `dirac: expected a kernel [...k, in, out], got shape [${shape.join(', ')}]; use identity for matrices`,
      );
    }
    const kernel = new Float32Array(util.sizeFromShape(shape));
    if (kernel.length === 0) return kernel;
    const start = centralTap(shape.slice(0, -2)) * inputs * outputs;
    for (let channel = 0; channel < Math.min(inputs, outputs); channel++) {
      kernel[start + channel * (outputs + 1)] = gain;
    }
    return kernel;
  });
}
