import type { Run } from '../record/run.js';

/** Whether the learning rate is negative: steps that climb the loss lose any run, whatever else is wrong with it. */
export const climbs = ({ steps }: Run): boolean => (steps.at(-1)?.learningRate ?? 0) < 0;
