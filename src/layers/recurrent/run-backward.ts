import type { RecurrentKernels } from '../../kernels/recurrent.js';
import type { ThroughTimeListener } from '../../layout/through-time.js';
import { cellSteps } from './cell-steps.js';
import type { OutputGradients, RecurrentLimits, SequenceGradients, SequenceInputs } from './sequence.js';
import { gradientsIn } from './sequence-gradients.js';
import { loadSequence, moveTime, placeState } from './sequence-heap.js';
import { planSequence, type SequencePlan, type SequenceShape } from './sequence-plan.js';
import { throughTimeRecord } from './through-time-record.js';

/**
 * Goes back through a sequence. The gradients stay in the heap until something else uses it.
 *
 * @param gates - As the forward pass left them.
 * @param listener - Hears what is seen on the way.
 */
export function runBackward(
  kernels: RecurrentKernels,
  shape: SequenceShape,
  inputs: SequenceInputs,
  gates: Float32Array,
  dy: OutputGradients,
  limits: RecurrentLimits,
  listener?: Pick<ThroughTimeListener, 'sums' | 'gate'>,
): SequenceGradients {
  const plan = planSequence(shape, inputs.keep !== undefined);
  const heap = loadSequence(kernels, plan, inputs);
  const { at, time, units, width, inputGates, state } = plan;
  const hasMask = inputs.mask !== undefined;
  const steps = cellSteps(kernels, plan, hasMask);
  heap.set(gates, at.z);
  steps.replay(listener?.gate && at.openings);
  for (let t = 1; inputs.keep && t < time; t++) {
    kernels.multiply(at.hidden + t * state, at.keep, at.dropped + t * state, state);
  }
  if (dy.sequence) {
    if (width !== units) heap.fill(0, at.dy, at.dy + time * state);
    heap.set(dy.sequence, at.batchMajor);
    moveTime(kernels, plan, 'in', at.dy, units, width, false);
  }
  placeState(heap, plan, at.dh, dy.hidden);
  placeState(heap, plan, at.dc, dy.cell);
  steps.prepareBackward();
  for (let t = time - 1; t >= 0; t--) {
    if (t < time - 1) handBack(kernels, plan, inputs, limits, t + 1);
    if (dy.sequence) kernels.addRows(at.dy + t * state, at.dh, 1, state);
    steps.backward(t, listener && at.norms + 2 * t);
  }
  handBack(kernels, plan, inputs, limits, 0);
  listener?.sums(throughTimeRecord(heap, plan, hasMask, listener.gate !== undefined));
  return gradientsIn(kernels, plan, heap, steps, inputGates * width);
}

/** What a step hands to the one before it: through the recurrent kernel, and past it; then the limits. */
function handBack(
  kernels: RecurrentKernels,
  { at, state, batch, width, cell }: SequencePlan,
  { keep }: SequenceInputs,
  { clipValue, clipNorm, truncateAfter }: RecurrentLimits,
  time: number,
): void {
  if (keep) kernels.multiply(at.through, at.keep, at.through, state);
  kernels.addRows(at.through, at.dh, 1, state);
  const states = cell === 'lstm' ? [at.dh, at.dc] : [at.dh];
  if (clipValue !== undefined) for (const each of states) kernels.clipElements(each, clipValue, state);
  if (clipNorm !== undefined) kernels.clipRows(at.dh, states[1], clipNorm, batch, width);
  if (truncateAfter === undefined || time === 0 || time % truncateAfter !== 0) return;
  for (const each of states) kernels.reserve(0).fill(0, each, each + state);
}
