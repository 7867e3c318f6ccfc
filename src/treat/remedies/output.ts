import { changeActivation } from './activation.js';
import type { ApplyRemedy } from './apply-remedy.js';

/** Gives the output another activation; its weights stay. */
export const changeOutput: ApplyRemedy = changeActivation;
