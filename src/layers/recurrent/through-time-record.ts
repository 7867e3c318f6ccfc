import type { GateRecord, ThroughTimeRecord } from '../../record/run.js';
import type { SequencePlan } from './sequence-plan.js';

/** In the order in which the kernels sum them up. */
const gateNames = { lstm: ['input', 'forget', 'output'], gru: ['update', 'reset'] } as const;

/** What the kernels left in the heap on their way back, by the time steps of the sequence. */
export function throughTimeRecord(
  heap: Float32Array,
  plan: SequencePlan,
  hasMask: boolean,
  withGates: boolean,
): ThroughTimeRecord {
  const { at, cell } = plan;
  return {
    hiddenGradientNorms: normsFrom(heap, at.norms, plan),
    ...(cell === 'lstm' && { cellGradientNorms: normsFrom(heap, at.norms + 1, plan) }),
    ...(withGates && { gates: gateRecords(heap, plan, hasMask) }),
  };
}

/** Every second float. */
function normsFrom(heap: Float32Array, first: number, { time, reversed }: SequencePlan): number[] {
  const norms: number[] = [];
  for (let t = 0; t < time; t++) norms.push(heap[first + 2 * (reversed ? time - 1 - t : t)] as number);
  return norms;
}

function gateRecords(
  heap: Float32Array,
  plan: SequencePlan,
  hasMask: boolean,
): Readonly<Record<string, GateRecord>> {
  const { at, time, batch, units, width, cell } = plan;
  const rows = hasMask ? takenSteps(heap, plan) : time * batch;
  const size = Math.max(1, rows * units);
  // Lanes beyond the units hear nothing: they stay half open.
  const padding = 0.5 * rows * (width - units);
  const records = gateNames[cell].map((name, index): [string, GateRecord] => {
    const from = at.openings + 2 * index;
    const [sum, saturated] = [heap[from] as number, heap[from + 1] as number];
    return [name, { mean: (sum - padding) / size, saturatedShare: saturated / size }];
  });
  return Object.fromEntries(records);
}

function takenSteps(heap: Float32Array, { at, time, batch }: SequencePlan): number {
  return heap
    .subarray(at.mask, at.mask + time * batch)
    .reduce((count, mask) => count + Number(mask !== 0), 0);
}
