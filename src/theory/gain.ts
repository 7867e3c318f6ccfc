import { type Activation, differentiable } from './activation.js';
import { activationProfile } from './activation-profiles.js';
import { type Gain, gainOf } from './gain-of.js';

/**
 * Computes the gain of an activation phi: what standard normal pre-activations z ~ N(0, 1) become, and the factors by which
 * weights must grow so that neither the signal nor its gradient shrinks.
 *
 * `forward` = 1 / sqrt(E phi(z)^2), `variance` = 1 / std(phi(z)), `backward` = 1 / sqrt(E phi'(z)^2). For a ReLU
 * He's rule follows: forward = backward = sqrt(2). Where `forward` and `backward` differ, as for tanh, no weights keep
 * both; see {@link criticalInitialization} for what they can keep.
 *
 * The integrals are computed to 1e-8 or better. Jumps and kinks of the function or its slope need not be announced.
 *
 * @param activation - A name of {@link activationProfiles}, or any function that is finite for every finite input. Its
 *   derivative is then taken numerically, on one side of kinks.
 * @throws RangeError for an unknown name, or a function that is NaN or infinite where it is tried.
 * @remarks Cost: about a millisecond for a function, nothing for a profile read before. Source: arXiv 1502.01852
 *   (forward and backward), arXiv 2101.08692 (variance).
 * @example
 * ```ts
 * import { theory } from 'gradient-health';
 *
 * console.log(theory.gain('tanh').forward.toFixed(6));
 * // 1.592537
 * const leaky = theory.gain((x) => (x > 0 ? x : 0.01 * x));
 * // sqrt(2 / (1 + 0.01^2))
 * console.log(leaky.backward.toFixed(6));
 * // 1.414143
 * ```
 */
export function gain(activation: Activation): Gain {
  if (typeof activation === 'string') return activationProfile(activation).gain;
  const { f, derivative, tolerance } = differentiable('gain', activation);
  return gainOf(f, derivative, tolerance);
}
