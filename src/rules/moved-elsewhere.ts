import type { Run } from '../record/run.js';
import { remember } from './remember.js';

/** Newest records that are judged. */
const judged = 20;

/**
 * Whether something else trains a part of the model that this optimizer does not, as in a GAN: the loss follows that as well,
 * and whether it rises or falls tells nothing of this training.
 */
export const movedElsewhere: (run: Run) => boolean = remember(({ steps }) => {
  const newest = steps.slice(-judged);
  return 2 * newest.filter((record) => record.movedElsewhere).length > newest.length;
});
