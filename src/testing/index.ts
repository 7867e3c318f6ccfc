/**
 * Gradient health as tests: matchers for vitest and jest, and a profile for snapshots.
 *
 * @packageDocumentation
 */
export {
  type GradientProfile,
  type GradientProfileOptions,
  gradientProfile,
  type LogNorm,
} from './gradient-profile.js';
export type { HealthyGradientsOptions } from './healthy-gradients.js';
export type { LeakOptions } from './leak-nothing.js';
export type { MatcherResult } from './matcher-result.js';
export { type GradientHealthAssertions, gradientHealthMatchers } from './matchers.js';
