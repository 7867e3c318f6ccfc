import type { ActivationName, ActivationProfile } from './activation-profile.js';
import { otherFamily } from './activations/other-family.js';
import { reluFamily } from './activations/relu-family.js';
import { sigmoidFamily } from './activations/sigmoid-family.js';
import { smoothFamily } from './activations/smooth-family.js';
import { tanhFamily } from './activations/tanh-family.js';

/**
 * The profiles of 35 element-wise activations by name, for tables and searches. Parameters are those of tfjs where it has
 * the function, and are part of `formula`.
 *
 * @example
 * ```ts
 * import { theory } from 'gradient-health';
 *
 * const dead = Object.values(theory.activationProfiles).filter(({ deadRegion }) => deadRegion.length > 0);
 * console.log(dead.length, dead[0]?.name, dead[0]?.deadRegion);
 * // 12 relu [ [ -Infinity, 0 ] ]
 * ```
 */
export const activationProfiles: Readonly<Record<ActivationName, ActivationProfile>> = {
  ...reluFamily,
  ...sigmoidFamily,
  ...tanhFamily,
  ...smoothFamily,
  ...otherFamily,
};

/**
 * Looks up what is known of an activation: formula, derivative, the range of its slope, where it saturates or dies, its
 * gain, its name in tfjs, and when to choose it.
 *
 * @param name - One of the names of {@link activationProfiles}; tfjs's own spelling is in `tfjs.activation`.
 * @throws RangeError for any other name.
 * @example
 * ```ts
 * import { theory } from 'gradient-health';
 *
 * const { formula, slopeRange, saturation, gain } = theory.activationProfile('sigmoid');
 * console.log(formula, slopeRange.max, saturation.above);
 * // 1 / (1 + exp(-x)) 0.25 4.584863
 * console.log(gain.backward.toFixed(6));
 * // 4.722646
 * ```
 */
export function activationProfile(name: ActivationName): ActivationProfile {
  if (!Object.hasOwn(activationProfiles, name)) {
    throw new RangeError(
      `activationProfile: name must be one of ${Object.keys(activationProfiles).join(', ')}, got ${name}`,
    );
  }
  return activationProfiles[name];
}
