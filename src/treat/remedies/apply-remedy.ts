import type { Remedy } from '../../record/finding.js';
import type { Run } from '../../record/run.js';
import type { Plan } from '../plan.js';
import type { Standardization } from '../standardization.js';

/** What a remedy may want to know. */
export interface RemedyContext {
  readonly model: Run['model'];
  /** Of the inputs and of the targets, where they are not integers that stand for something. */
  readonly input: Standardization | undefined;
  readonly target: Standardization | undefined;
}

/** Changes a plan; `null` where it does not know how, or nothing would change. */
export type ApplyRemedy = (plan: Plan, remedy: Remedy, context: RemedyContext) => Plan | null;
