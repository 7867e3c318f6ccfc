import type { Rule } from '../record/finding.js';
import { explodingGradient } from './exploding-gradient.js';
import { nonFinite } from './non-finite.js';
import { vanishingGradient } from './vanishing-gradient.js';
import { zeroGradient } from './zero-gradient.js';

/** The rules that {@link diagnose} and `watch` ask where none are given, each with its default thresholds. */
export const defaultRules: readonly Rule[] = [
  nonFinite(),
  explodingGradient(),
  zeroGradient(),
  vanishingGradient(),
];
