import { expectation } from './expectation.js';
import type { Kernel, LayerModel } from './layer-model.js';

/** A function of a standard normal variable, of which each unit has one of its own. */
type Gaussian = (z: number) => number;

/** What one layer does to a signal of standard normal origin. */
export interface LayerPass {
  readonly kernel: Kernel | null;
  /** Number of units. */
  readonly size: number;
  /** E h^2 of the units it reads. */
  readonly inputMeanSquare: number;
  /** Their values after the layer; `null` behind an activation that is not known. */
  readonly output: Gaussian | null;
  /** The slope of its activation at each z. */
  readonly slope: Gaussian;
}

export const meanSquare = (f: Gaussian): number => expectation((z) => f(z) ** 2);

/**
 * Sends a signal through a layer. A mixing kernel makes every unit a sum of many, and so a fresh Gaussian; a scaled identity
 * and an activation alone leave each unit a function of the Gaussian that it was.
 */
export function passForward({ kernel, activation }: LayerModel, signal: Gaussian, size: number): LayerPass {
  const inputMeanSquare = meanSquare(signal);
  const preActivation = kernel === null ? signal : throughKernel(kernel, signal, inputMeanSquare);
  const known = typeof activation === 'string' ? null : activation;
  return {
    kernel,
    size: kernel?.fanOut ?? size,
    inputMeanSquare,
    output: known && ((z) => known.f(preActivation(z))),
    slope: known ? (z) => known.derivative(preActivation(z)) : () => Number.NaN,
  };
}

function throughKernel(
  { fanIn, weights, bias }: Kernel,
  signal: Gaussian,
  inputMeanSquare: number,
): Gaussian {
  if ('scale' in weights) return (z) => bias.mean + weights.scale * signal(z);
  const std = Math.sqrt(fanIn * weights.mix * inputMeanSquare + bias.variance);
  return (z) => bias.mean + std * z;
}

/** A gradient on its way back: its squared norm is `squaredNorm` E slopes(z)^2. */
export interface Gradient {
  readonly squaredNorm: number;
  /** Collected since the last mixing kernel, with which it shares its z. */
  readonly slopes: Gaussian;
}

export const squaredNormOf = ({ squaredNorm, slopes }: Gradient): number => squaredNorm * meanSquare(slopes);

/** From a layer's output to what its activation reads. */
export const throughActivation = ({ squaredNorm, slopes }: Gradient, { slope }: LayerPass): Gradient => ({
  squaredNorm,
  slopes: (z) => slopes(z) * slope(z),
});

/** From what its activation reads to the layer's input. A mixing kernel makes the gradient independent of the signal. */
export function backThroughKernel(gradient: Gradient, { kernel }: LayerPass): Gradient {
  if (kernel === null) return gradient;
  const { fanIn, weights } = kernel;
  if ('mix' in weights) {
    return { squaredNorm: squaredNormOf(gradient) * fanIn * weights.mix, slopes: () => 1 };
  }
  return { ...gradient, squaredNorm: gradient.squaredNorm * weights.scale ** 2 };
}
