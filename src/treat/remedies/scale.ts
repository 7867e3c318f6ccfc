import type { ApplyRemedy } from './apply-remedy.js';

/** Standardises inputs or targets, outside of the model. */
export const changeScale: ApplyRemedy = (plan, { kind }, { input, target }) => {
  if (kind === 'input-scale') return input && !plan.input ? { ...plan, input } : null;
  return target && !plan.target ? { ...plan, target } : null;
};
