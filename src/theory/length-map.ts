import type { DifferentiableActivation } from './activation.js';
import { bisect } from './bisect.js';
import { expectation } from './expectation.js';

/** How weights and biases are drawn: independent, with mean 0. */
export interface Variances {
  /** Variance of the weights times fanIn: sigma_w^2. 2 is He's rule, 1 is LeCun's, and Xavier's in square layers. */
  readonly weightVariance: number;
  /**
   * Variance of the biases: sigma_b^2.
   *
   * @default 0
   */
  readonly biasVariance?: number;
}

/** q -> the variance of pre-activations one layer later: sigma_w^2 E phi(sqrt(q) z)^2 + sigma_b^2. */
export function lengthMap(
  { f, tolerance }: DifferentiableActivation,
  { weightVariance, biasVariance = 0 }: Variances,
): (q: number) => number {
  return (q) => weightVariance * expectation((x) => f(x) ** 2, { variance: q, tolerance }) + biasVariance;
}

/** Below this a signal counts as gone. */
const smallest = 1e-10;
/** Above this a signal counts as exploded, and limits of infinite q are taken here. */
export const largestVariance = 1e10;

/** The fixed point that iterating the map from 1 approaches; `Infinity` where it grows without bound. */
export function lengthFixedPoint(map: (q: number) => number): number {
  const growth = (q: number): number => map(q) / q - 1;
  const atStart = growth(1);
  // A homogeneous activation keeps any q, up to the error of the integral; relu6 does up to 4e-9.
  if (Math.abs(atStart) < 1e-8) return 1;
  const stride = atStart > 0 ? 2 : 0.5;
  let near = 1;
  for (let far = stride; far > smallest && far < largestVariance; far *= stride) {
    if (growth(far) > 0 !== atStart > 0) return bisect(growth, near, far);
    near = far;
  }
  if (atStart > 0) return Number.POSITIVE_INFINITY;
  return map(0) === 0 ? 0 : bisect((q) => map(q) - q, 0, near);
}
