import { activationFaults } from './activation-faults.js';
import { dataFaults } from './data-faults.js';
import type { Fault } from './fault.js';
import { recurrentFaults } from './recurrent-faults.js';
import { stepFaults } from './step-faults.js';
import { structureFaults } from './structure-faults.js';
import { weightFaults } from './weight-faults.js';

/** Every fault that is planted. */
export const faults: readonly Fault[] = [
  ...weightFaults,
  ...activationFaults,
  ...stepFaults,
  ...dataFaults,
  ...structureFaults,
  ...recurrentFaults,
];
