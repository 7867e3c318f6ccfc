export { type ExplodingGradientOptions, explodingGradient } from './exploding-gradient.js';
export { nonFinite } from './non-finite.js';
export { type VanishingGradientOptions, vanishingGradient } from './vanishing-gradient.js';
export { type ZeroGradientOptions, zeroGradient } from './zero-gradient.js';
