import type { ApplyRemedy } from './apply-remedy.js';

/** Takes another loss, for models of one output. */
export const changeLoss: ApplyRemedy = (plan, { to }) =>
  typeof to === 'string' && !Array.isArray(plan.loss) && plan.loss !== to ? { ...plan, loss: to } : null;
