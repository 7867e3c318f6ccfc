import { autotrainer } from './autotrainer.js';
import { deepchecker, deepcheckerGradients } from './deepchecker.js';
import { deepdiagnosis } from './deepdiagnosis.js';
import type { Peer } from './evidence.js';
import { sagemaker, sagemakerTensors } from './sagemaker.js';

/** The published detectors, as their authors set them; two of them also without the rules that fire most. */
export const peers: readonly Peer[] = [
  sagemaker,
  sagemakerTensors,
  autotrainer,
  deepdiagnosis,
  deepchecker,
  deepcheckerGradients,
];
