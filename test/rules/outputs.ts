import type { DataFacts } from '../../src/record/run.js';
import { outputFault } from '../../src/rules/output-fault.js';
import { dataStats } from './facts.js';
import { chain, history } from './histories.js';

/** Data with targets of this range, of which half the deviation is 1. */
export const target = (min: number, max: number, mean = (min + max) / 2): DataFacts => ({
  input: dataStats(1),
  target: dataStats(1, { min, max, mean, std: 2 }),
});
/** What is wrong with an output of this activation and so many units, which are not known where 0. */
export const fault = (activation: string, loss: string, units: number, data: DataFacts | null = null) => {
  const shapes = units > 0 && { weights: { kernel: [8, units] } };
  const model = chain([{ path: 'out', ...(activation !== '' && { activation }), ...shapes }], loss);
  return outputFault({ ...history({ steps: 1, model }), data });
};
