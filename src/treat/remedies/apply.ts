import type { Remedy } from '../../record/finding.js';
import { changeActivation } from './activation.js';
import type { ApplyRemedy } from './apply-remedy.js';
import { changeCell } from './cell.js';
import { changeClip } from './clip.js';
import { changeForgetBias } from './forget-bias.js';
import { changeInitializer } from './initializer.js';
import { changeLearningRate } from './learning-rate.js';
import { changeLoss } from './loss.js';
import { changeNormalization } from './normalization.js';
import { changeOptimizer } from './optimizer.js';
import { changeOutput } from './output.js';
import { changeRegularizer } from './regularizer.js';
import { changeResidual } from './residual.js';
import { changeScale } from './scale.js';

const known: Readonly<Record<Remedy['kind'], ApplyRemedy>> = {
  activation: changeActivation,
  cell: changeCell,
  clip: changeClip,
  'forget-bias': changeForgetBias,
  initializer: changeInitializer,
  'input-scale': changeScale,
  'learning-rate': changeLearningRate,
  loss: changeLoss,
  // Scaling the loss is up to the loop that trains: `watch` with `lossScale`.
  'loss-scale': () => null,
  normalization: changeNormalization,
  optimizer: changeOptimizer,
  output: changeOutput,
  regularizer: changeRegularizer,
  residual: changeResidual,
  'target-scale': changeScale,
};

/** Applies a remedy to a plan, as far as it can be applied without the user. */
export const applyRemedy: ApplyRemedy = (plan, remedy, context) => known[remedy.kind](plan, remedy, context);
