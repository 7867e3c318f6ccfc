import type { RecurrentKernels } from '../../kernels/recurrent.js';
import { cellSteps } from './cell-steps.js';
import type { SequenceInputs, SequenceOutputs } from './sequence.js';
import { loadSequence, moveTime, readState } from './sequence-heap.js';
import { planSequence, type SequencePlan, type SequenceShape } from './sequence-plan.js';

/** Runs a cell over a sequence. */
export function runForward(
  kernels: RecurrentKernels,
  shape: SequenceShape,
  inputs: SequenceInputs,
  outputs: SequenceOutputs,
): void {
  const plan = planSequence(shape, inputs.keep !== undefined);
  const heap = loadSequence(kernels, plan, inputs);
  const { at, time, batch, units, width, inputGates, row, state, chunk } = plan;
  const steps = cellSteps(kernels, plan, inputs.mask !== undefined);
  const kernelRow = inputGates * width;
  heap.set(biasRow(plan, inputs.bias), at.bias);
  kernels.pack(
    { at: at.kernel, rowStride: kernelRow, columnStride: 1 },
    plan.inputs,
    kernelRow,
    at.packedKernel,
  );
  steps.prepareForward();
  for (let first = 0; first < time; first += chunk) {
    const rows = Math.min(chunk, time - first) * batch;
    const z = at.z + first * batch * row;
    kernels.copyRows({ at: at.bias, outer: 0, inner: 0 }, { at: z, outer: 0, inner: row }, 1, rows, row);
    const x = { at: at.x + first * batch * plan.inputs, rowStride: plan.inputs, columnStride: 1 };
    kernels.gemmPacked(x, at.packedKernel, { at: z, rowStride: row }, rows, kernelRow, plan.inputs);
    for (let t = first; t < Math.min(first + chunk, time); t++) {
      steps.forward(t);
      const next = (t + 1) * state;
      if (inputs.keep) kernels.multiply(at.hidden + next, at.keep, at.dropped + next, state);
    }
  }
  if (outputs.sequence) {
    moveTime(kernels, plan, 'out', at.hidden + state, units, width, false);
    outputs.sequence.set(heap.subarray(at.batchMajor, at.batchMajor + time * batch * units));
  }
  outputs.gates?.set(heap.subarray(at.z, at.z + time * batch * row));
  readState(heap, plan, at.hidden + time * state, outputs.hidden);
  readState(heap, plan, at.cells + time * state, outputs.cell);
}

/** A row of z before input and state say anything. */
function biasRow(
  { units, width, inputGates, row }: SequencePlan,
  bias: Float32Array | undefined,
): Float32Array {
  const values = new Float32Array(row);
  if (!bias) return values;
  const rows = bias.length / (inputGates * units);
  for (let gate = 0; gate < inputGates; gate++) {
    for (let unit = 0; unit < units; unit++) {
      const at = gate * units + unit;
      values[gate * width + unit] = bias[at] as number;
      if (rows < 2) continue;
      const recurrent = bias[inputGates * units + at] as number;
      if (gate === 2) values[3 * width + unit] = recurrent;
      else values[gate * width + unit] = (bias[at] as number) + recurrent;
    }
  }
  return values;
}
