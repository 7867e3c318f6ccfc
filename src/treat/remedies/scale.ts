import type { ApplyRemedy } from './apply-remedy.js';

/** Standardises inputs or targets, outside of the model; other scales are left to the user. */
export const changeScale: ApplyRemedy = (plan, { kind, to }, { input, target }) => {
  if (to !== 'standardize') return null;
  if (kind === 'input-scale') return input && !plan.input ? { ...plan, input } : null;
  return target && !plan.target ? { ...plan, target } : null;
};
