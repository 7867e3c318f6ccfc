export type { Activation } from './activation.js';
export type {
  ActivationFacts,
  ActivationName,
  ActivationProfile,
  Interval,
  Saturation,
  SlopeRange,
  TfjsSpelling,
} from './activation-profile.js';
export { activationProfile, activationProfiles } from './activation-profiles.js';
export { gain } from './gain.js';
export type { Gain } from './gain-of.js';
