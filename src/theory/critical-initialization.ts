import { type Activation, type DifferentiableActivation, differentiable } from './activation.js';
import { bisect } from './bisect.js';
import { expectation } from './expectation.js';

/** Which of the critical points is wanted; one of the two, or neither. */
export interface CriticalOptions {
  /**
   * Variance of the biases, sigma_b^2: 0 or more. Not together with `fixedPoint`.
   *
   * @default 0
   */
  readonly biasVariance?: number;
  /** Variance q* that pre-activations shall keep; positive. Not together with `biasVariance`. */
  readonly fixedPoint?: number;
}

/** Weights and biases under which gradients neither vanish nor explode. */
export interface CriticalInitialization {
  /** sigma_w^2: draw weights with variance `weightVariance` / fanIn. */
  readonly weightVariance: number;
  /** sigma_b^2: draw biases with this variance. */
  readonly biasVariance: number;
  /** q*: the variance of pre-activations that the two keep. */
  readonly fixedPoint: number;
}

/**
 * Finds the weights and biases under which a deep net is critical: chi = 1, so that gradients keep their size in every layer.
 *
 * Each q* has one pair: sigma_w^2 = 1 / E phi'(sqrt(q*) z)^2 and sigma_b^2 = q* - sigma_w^2 E phi(sqrt(q*) z)^2. Given
 * `biasVariance` instead, the smallest q* that needs it is searched, up to 1e6. With biases of 0 that is q* = 0 for tanh and
 * its kin, where weights of variance 1 / (phi'(0)^2 fanIn) let signals shrink slowly; for ReLU, which keeps any q*, it is 1.
 *
 * Not every activation has such a point: softplus would need biases of negative variance, and so would sigmoid with weights
 * below sigma_w^2 = 103. Nor is every point approached from elsewhere: {@link meanField} tells where a net with these weights
 * ends up.
 *
 * @param activation - A name of {@link activationProfiles}, or any function that is finite for every finite input.
 * @returns `null` where there is no such point.
 * @throws RangeError when an option is out of range or both are given; for an unknown activation.
 * @remarks Cost: some ten milliseconds. Source: arXiv 1611.01232; arXiv 2106.10165 for smooth ReLUs.
 * @example
 * ```ts
 * import { theory } from 'gradient-health';
 *
 * const tanh = theory.criticalInitialization('tanh', { biasVariance: 0.05 });
 * console.log(tanh?.weightVariance.toFixed(5), tanh?.fixedPoint.toFixed(5));
 * // 1.76095 0.57005
 * const gelu = theory.criticalInitialization('gelu', { fixedPoint: 1 });
 * console.log(gelu?.weightVariance.toFixed(5), gelu?.biasVariance.toFixed(5));
 * // 2.19370 0.06719
 * console.log(theory.criticalInitialization('softplus'));
 * // null
 * ```
 */
export function criticalInitialization(
  activation: Activation,
  options: CriticalOptions = {},
): CriticalInitialization | null {
  const { biasVariance = 0, fixedPoint } = options;
  assertOptions(options);
  const phi = differentiable('criticalInitialization', activation);
  if (fixedPoint !== undefined) return criticalAt(phi, fixedPoint);
  const q = biasVariance === 0 ? withoutBiases(phi) : withBiases(phi, biasVariance);
  if (q === null) return null;
  return { weightVariance: criticalWeights(phi, q), biasVariance, fixedPoint: q };
}

/** Stands for the limit q -> 0, where a kink at 0 still has two sides. */
const nearZero = 1e-20;

function criticalWeights({ derivative, tolerance }: DifferentiableActivation, q: number): number {
  return 1 / expectation((x) => derivative(x) ** 2, { variance: Math.max(q, nearZero), tolerance });
}

/** sigma_b^2 at the critical point of q; what is 0 up to the error of the integrals is 0. */
function criticalBiases(phi: DifferentiableActivation, q: number): number {
  const meanSquare = expectation((x) => phi.f(x) ** 2, { variance: q, tolerance: phi.tolerance });
  const variance = q - criticalWeights(phi, q) * meanSquare;
  return Math.abs(variance) < 1e-8 * q ? 0 : variance;
}

function criticalAt(phi: DifferentiableActivation, q: number): CriticalInitialization | null {
  const biasVariance = criticalBiases(phi, q);
  // Written so that NaN, from a slope of 0 everywhere, gives null.
  if (!(biasVariance >= 0)) return null;
  return { weightVariance: criticalWeights(phi, q), biasVariance, fixedPoint: q };
}

/** The q that a net without biases keeps: any for a homogeneous activation, 0 for others that are 0 and rise there. */
function withoutBiases(phi: DifferentiableActivation): number | null {
  if (criticalBiases(phi, 1) === 0) return 1;
  // Where the slope at 0 is 0, ever larger weights would be needed.
  if (phi.f(0) === 0 && criticalWeights(phi, 0) < 1e12) return 0;
  return withBiases(phi, 0);
}

function withBiases(phi: DifferentiableActivation, biasVariance: number): number | null {
  const excess = (q: number): number => criticalBiases(phi, q) - biasVariance;
  for (let q = 1e-8; q < 1e6; q *= 2) {
    if (excess(q) < 0 && excess(2 * q) >= 0) return bisect(excess, q, 2 * q);
  }
  return null;
}

function assertOptions({ biasVariance, fixedPoint }: CriticalOptions): void {
  if (biasVariance !== undefined && fixedPoint !== undefined) {
    throw new RangeError(
      `criticalInitialization: give biasVariance or fixedPoint, not both, got ${biasVariance} and ${fixedPoint}`,
    );
  }
  if (biasVariance !== undefined && !(biasVariance >= 0 && Number.isFinite(biasVariance))) {
    throw new RangeError(
      `criticalInitialization: biasVariance must be a finite number, 0 or more, got ${biasVariance}`,
    );
  }
  if (fixedPoint !== undefined && !(fixedPoint > 0 && Number.isFinite(fixedPoint))) {
    throw new RangeError(
      `criticalInitialization: fixedPoint must be a positive finite number, got ${fixedPoint}`,
    );
  }
}
