import type { Rule } from '../record/finding.js';
import { deadUnits } from './dead-units.js';
import { disconnectedWeights } from './disconnected-weights.js';
import { explodingGradient } from './exploding-gradient.js';
import { explodingThroughTime } from './exploding-through-time.js';
import { frozenAfterCompile } from './frozen-after-compile.js';
import { frozenDropoutMask } from './frozen-dropout-mask.js';
import { gateSaturation } from './gate-saturation.js';
import { gradientSpike } from './gradient-spike.js';
import { ignoredConstraint } from './ignored-constraint.js';
import { inputScale } from './input-scale.js';
import { laggingAverages } from './lagging-averages.js';
import { learningRate } from './learning-rate.js';
import { lossDivergence } from './loss-divergence.js';
import { lossOscillation } from './loss-oscillation.js';
import { lossPlateau } from './loss-plateau.js';
import { nonFinite } from './non-finite.js';
import { outputLossMismatch } from './output-loss-mismatch.js';
import { overClipping } from './over-clipping.js';
import { overRegularization } from './over-regularization.js';
import { poorInitialization } from './poor-initialization.js';
import { precisionUnderflow } from './precision-underflow.js';
import { recurrentDropout } from './recurrent-dropout.js';
import { saturatedActivation } from './saturated-activation.js';
import { symmetricWeights } from './symmetric-weights.js';
import { targetScale } from './target-scale.js';
import { trainedWhileFrozen } from './trained-while-frozen.js';
import { unchangedWeights } from './unchanged-weights.js';
import { untrainableLayer } from './untrainable-layer.js';
import { updateRatioHigh, updateRatioLow } from './update-ratio.js';
import { vanishingGradient } from './vanishing-gradient.js';
import { vanishingThroughTime } from './vanishing-through-time.js';
import { zeroForgetBias } from './zero-forget-bias.js';
import { zeroGradient } from './zero-gradient.js';

/**
 * The rules that {@link diagnose} and `watch` ask where none are given, each with its default thresholds.
 *
 * Their order is that of causes: of several findings that explain another one, the last before it is the nearest.
 */
export const defaultRules: readonly Rule[] = [
  outputLossMismatch(),
  inputScale(),
  targetScale(),
  symmetricWeights(),
  poorInitialization(),
  overRegularization(),
  overClipping(),
  precisionUnderflow(),
  recurrentDropout(),
  zeroForgetBias(),
  untrainableLayer(),
  explodingThroughTime(),
  learningRate(),
  gateSaturation(),
  vanishingThroughTime(),
  explodingGradient(),
  saturatedActivation(),
  deadUnits(),
  vanishingGradient(),
  frozenAfterCompile(),
  disconnectedWeights(),
  lossOscillation(),
  zeroGradient(),
  unchangedWeights(),
  updateRatioHigh(),
  updateRatioLow(),
  gradientSpike(),
  lossDivergence(),
  nonFinite(),
  lossPlateau(),
  laggingAverages(),
  ignoredConstraint(),
  frozenDropoutMask(),
  trainedWhileFrozen(),
];
