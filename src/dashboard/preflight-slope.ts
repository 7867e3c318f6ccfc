import type { Report } from '../record/finding.js';
import { shorter } from './layer-cell.js';
import type { PreflightSlope } from './picture.js';

/** A report, with what `preflight` adds to it where it is one of these. */
export interface PageReport extends Report {
  /** Signals and gradients before training, as in a `PreflightReport`. */
  readonly profile?: PageProfile;
}

/** What the page draws of the `profile` of a `PreflightReport`. */
export interface PageProfile {
  /** The layers with weights, in depth order. */
  readonly layers: readonly PageSignal[];
  /** Decades by which the gradient changes with each layer on its way back. */
  readonly slope: number | null;
  /** The part of `slope` that the weights make. */
  readonly weightSlope: number | null;
  /** The part that the activations make. */
  readonly activationSlope: number | null;
}

/** One layer of a {@link PageProfile}. */
export interface PageSignal {
  /** Of the layer. */
  readonly path: string;
  /** L2 norm of the gradient at its output. */
  readonly gradient: number | null;
  /** What that norm over the one at the last layer's output should be. */
  readonly predictedRatio: number | null;
}

/** The way of the gradient through the depth of a model before its training; `undefined` where no layer has any. */
export function preflightSlope(
  { layers, slope, weightSlope, activationSlope }: PageProfile,
  layerOf: (path: string) => number,
): PreflightSlope | undefined {
  const last = layers.at(-1)?.gradient ?? Number.NaN;
  const points = layers.map(({ path, gradient, predictedRatio }) => ({
    layer: layerOf(path),
    measured: logOf(gradient),
    foretold: logOf(predictedRatio === null ? null : predictedRatio * last),
  }));
  const first = points[0]?.measured ?? null;
  if (points.every(({ measured }) => measured === null)) return undefined;
  return {
    points,
    // The places are counted from 1.
    ...(slope !== null &&
      first !== null && { line: { at: shorter(first + slope), perLayer: shorter(-slope) } }),
    slope,
    weightSlope,
    activationSlope,
  };
}

function logOf(norm: number | null): number | null {
  const log = norm === null ? Number.NaN : Math.log10(norm);
  return Number.isFinite(log) ? shorter(log) : null;
}
