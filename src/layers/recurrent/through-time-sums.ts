import type { RecurrentKernels } from '../../kernels/recurrent.js';
import type { ThroughTimeRecord } from '../../record/run.js';
import type { SequencePlan } from './sequence-plan.js';

/** Where each gate stands in a row of z. */
const gatePlaces = {
  lstm: { input: 0, forget: 1, output: 3 },
  gru: { update: 0, reset: 1 },
} as const;

/** Sums up a backward pass while it runs. */
export function createThroughTimeSums(
  kernels: RecurrentKernels,
  plan: SequencePlan,
  hasMask: boolean,
): {
  before(time: number): void;
  after(time: number, cellSquares: number): void;
  result(): ThroughTimeRecord;
} {
  const { at, time: length, batch, units, width, row, state, cell, reversed } = plan;
  const hidden = new Array<number>(length).fill(0);
  const cells = new Array<number>(length).fill(0);
  const places = Object.entries(gatePlaces[cell]);
  const openings = places.map(() => ({ sum: 0, saturated: 0 }));
  const place = (time: number): number => (reversed ? length - 1 - time : time);
  return {
    before(time) {
      hidden[place(time)] = Math.sqrt(kernels.squares(at.dh, state));
      const z = at.z + time * batch * row;
      const mask = hasMask ? at.mask + time * batch : undefined;
      const heap = kernels.reserve(0);
      for (const [index, [, gate]] of places.entries()) {
        kernels.gateSums(z + gate * width, row, mask, batch, units, at.sums);
        const opening = openings[index];
        if (!opening) continue;
        opening.sum += heap[at.sums] ?? 0;
        opening.saturated += heap[at.sums + 1] ?? 0;
      }
    },
    after(time, cellSquares) {
      cells[place(time)] = Math.sqrt(cellSquares);
    },
    result() {
      const taken = hasMask ? takenSteps(kernels.reserve(0), plan) : length * batch;
      const size = Math.max(1, taken * units);
      return {
        hiddenGradientNorms: hidden,
        ...(cell === 'lstm' && { cellGradientNorms: cells }),
        gates: Object.fromEntries(
          places.map(([name], index) => {
            const { sum = 0, saturated = 0 } = openings[index] ?? {};
            return [name, { mean: sum / size, saturatedShare: saturated / size }];
          }),
        ),
      };
    },
  };
}

function takenSteps(heap: Float32Array, { at, time, batch }: SequencePlan): number {
  return heap
    .subarray(at.mask, at.mask + time * batch)
    .reduce((count, mask) => count + Number(mask !== 0), 0);
}
