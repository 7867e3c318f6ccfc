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
export type { CriticalInitialization, CriticalOptions } from './critical-initialization.js';
export { criticalInitialization } from './critical-initialization.js';
export { depthScale } from './depth-scale.js';
export { gain } from './gain.js';
export type { Gain } from './gain-of.js';
export { gradientHorizon } from './gradient-horizon.js';
export type {
  Breakdown,
  GradientPrediction,
  LayerPrediction,
  PredictGradientsOptions,
} from './gradient-prediction.js';
export { gradientProduct } from './gradient-product.js';
export type { Variances } from './length-map.js';
export type { MeanField } from './mean-field.js';
export { meanField } from './mean-field.js';
export { memoryHalfLife } from './memory-half-life.js';
export { predictGradients } from './predict-gradients.js';
