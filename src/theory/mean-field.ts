import { type Activation, type DifferentiableActivation, differentiable } from './activation.js';
import { correlationFixedPoint, correlationSeries, evaluateSeries } from './correlation-map.js';
import { depthScale } from './depth-scale.js';
import { expectation } from './expectation.js';
import { largestVariance, lengthFixedPoint, lengthMap, type Variances } from './length-map.js';

/** What a wide, deep net with these weights does to signals, to differences between them, and to gradients. */
export interface MeanField {
  /**
   * q*: the variance of pre-activations that deep layers settle at, coming from 1. 0 where the signal dies, `Infinity`
   * where it explodes, 1 where every value stays, as with ReLU under He's rule.
   */
  readonly fixedPoint: number;
  /**
   * chi_1 = sigma_w^2 E phi'(sqrt(q*) z)^2: the factor on the squared norm of gradients, per layer. NaN, as what follows
   * from it, where signals grow without bound under an activation that oscillates.
   */
  readonly chi: number;
  /** c*: the correlation that the signals of any two inputs settle at; 1 where the net forgets what set them apart. */
  readonly correlationFixedPoint: number;
  /** xi_grad = -1 / ln(chi), in layers: positive where gradients vanish, negative where they explode. */
  readonly gradientDepthScale: number;
  /** xi_c, in layers: how far a difference between two inputs can be told; nets deeper than 6 xi_c hardly train. */
  readonly correlationDepthScale: number;
  /**
   * `ordered`: gradients vanish; `chaotic`: gradients explode; `critical`: chi is within 1e-4 of 1, so that a squared
   * gradient changes by at most 1 % in 100 layers.
   */
  readonly phase: 'ordered' | 'critical' | 'chaotic';
}

/** Of chi, about 1. */
const criticalWidth = 1e-4;

/**
 * Computes the mean-field theory of a deep net: whether signals and gradients survive depth, before any training.
 *
 * In wide layers with independent weights of variance sigma_w^2 / fanIn and biases of variance sigma_b^2, pre-activations
 * are Gaussian with a variance that changes from layer to layer as q -> sigma_w^2 E phi(sqrt(q) z)^2 + sigma_b^2, z ~ N(0, 1).
 * At its fixed point q* squared gradients change by chi = sigma_w^2 E phi'(sqrt(q*) z)^2 in each layer, and the correlation of
 * two signals follows a map of its own, whose slope at 1 is chi.
 *
 * The theory holds for widths well above the depth; skip connections and normalisation change it. tfjs's `heNormal` and its
 * kin have 0.774 of the variance that they promise: sigma_w^2 is 1.547 under them, not 2.
 *
 * @param activation - A name of {@link activationProfiles}, or any function that is finite for every finite input.
 * @param variances - How weights and biases are drawn.
 * @throws RangeError when a variance is negative, not finite, or that of the weights is 0; for an unknown activation.
 * @remarks Cost: some ten milliseconds. Source: arXiv 1606.05340, arXiv 1611.01232.
 * @example
 * ```ts
 * import { theory } from 'gradient-health';
 *
 * const { fixedPoint, chi, gradientDepthScale, phase } = theory.meanField('tanh', {
 *   weightVariance: 1.5,
 *   biasVariance: 0.05,
 * });
 * console.log(fixedPoint.toFixed(5), chi.toFixed(5), gradientDepthScale.toFixed(3), phase);
 * // 0.41804 0.93864 15.791 ordered
 * ```
 */
export function meanField(activation: Activation, variances: Variances): MeanField {
  const { weightVariance, biasVariance = 0 } = variances;
  assertVariances(weightVariance, biasVariance);
  const phi = differentiable('meanField', activation);
  const map = lengthMap(phi, variances);
  const fixedPoint = lengthFixedPoint(map);
  // Limits are taken where they are as good as reached and float64 still has digits.
  const q = Math.min(Math.max(fixedPoint, 1e-20), largestVariance);
  const slope = expectation((x) => phi.derivative(x) ** 2, { variance: q, tolerance: phi.tolerance });
  const chi = exactOne(weightVariance * slope);

  // Where q settles at 0 or infinity only, correlations are of signals that shrink or grow.
  const after = map(q);
  const correlation = correlationLimit(after === 0 ? 0 : exactOne((chi * q) / after), () =>
    correlationMap(phi, variances, q, after),
  );
  return {
    fixedPoint,
    chi,
    correlationFixedPoint: correlation.at,
    gradientDepthScale: scaleOf(chi),
    correlationDepthScale: scaleOf(correlation.slope),
    phase: Math.abs(chi - 1) <= criticalWidth ? 'critical' : chi < 1 ? 'ordered' : 'chaotic',
  };
}

/** A factor that differs from 1 by no more than the error of the integrals. */
const exactOne = (factor: number): number => (Math.abs(factor - 1) < 1e-9 ? 1 : factor);

const scaleOf = (factor: number): number => (Number.isNaN(factor) ? factor : depthScale(factor));

/** Where correlations settle, and the slope of their map there. */
function correlationLimit(slopeAtOne: number, map: () => number[]): { at: number; slope: number } {
  if (Number.isNaN(slopeAtOne)) return { at: Number.NaN, slope: Number.NaN };
  if (slopeAtOne <= 1 + criticalWidth) return { at: 1, slope: Math.min(slopeAtOne, 1) };
  const series = map();
  const at = correlationFixedPoint(series);
  return { at, slope: evaluateSeries(series, at).slope };
}

/** c -> the correlation one layer later, as a power series. */
function correlationMap(
  phi: DifferentiableActivation,
  { weightVariance, biasVariance = 0 }: Variances,
  q: number,
  after: number,
): number[] {
  return correlationSeries(phi, q).map(
    (coefficient, order) => (weightVariance * coefficient + (order === 0 ? biasVariance : 0)) / after,
  );
}

function assertVariances(weightVariance: number, biasVariance: number): void {
  if (!(weightVariance > 0 && Number.isFinite(weightVariance))) {
    throw new RangeError(`meanField: weightVariance must be a positive finite number, got ${weightVariance}`);
  }
  if (!(biasVariance >= 0 && Number.isFinite(biasVariance))) {
    throw new RangeError(`meanField: biasVariance must be a finite number, 0 or more, got ${biasVariance}`);
  }
}
