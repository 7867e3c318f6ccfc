import { packedLength, type Rows } from '../../kernels/matrix.js';
import type { GruStep, LstmStep, RecurrentKernels } from '../../kernels/recurrent.js';
import type { SequencePlan } from './sequence-plan.js';

/** What tells one cell from another, on the heap that a plan lays out. Time steps count in the order of computation. */
export interface CellSteps {
  /** Packs the recurrent kernel for `forward`. */
  prepareForward(): void;
  /** Given what the input says in z, adds what the state says and takes the step. */
  forward(time: number): void;
  /**
   * Fills the states of all steps again, from activated gates in z.
   *
   * @param openings - Where the gates are summed up on the way.
   */
  replay(openings: number | undefined): void;
  /** Packs the recurrent kernel for `backward`. */
  prepareBackward(): void;
  /**
   * Turns the gates in z into dL/dz, and dL/dh, dL/dc into what goes to the step before: `dh` without a product, `through`
   * by it.
   *
   * @param norms - Where the norms of dL/dh and dL/dc go.
   */
  backward(time: number, norms: number | undefined): void;
  /** Adds dL/d recurrent kernel of these rows of z. */
  recurrentGradient(firstRow: number, rows: number): void;
}

export function cellSteps(kernels: RecurrentKernels, plan: SequencePlan, hasMask: boolean): CellSteps {
  return plan.cell === 'lstm' ? lstmSteps(kernels, plan, hasMask) : gruSteps(kernels, plan, hasMask);
}

interface Addresses {
  /** Position of the gates of a step. */
  zAt(time: number): number;
  maskAt(time: number): number | undefined;
  /** States of the batch before a step; those after it are before the next. */
  stateAt(region: 'hidden' | 'dropped' | 'cells', time: number): number;
  /** C += A B with B packed at a position; A and C are rows of the batch. */
  multiply(a: Rows, packed: number, c: Rows, columns: number, inner: number): void;
  /** A part of the recurrent kernel, by gates. */
  part(gate: number): number;
}

function addresses(kernels: RecurrentKernels, plan: SequencePlan, hasMask: boolean): Addresses {
  const { at, batch, width, row, state } = plan;
  return {
    zAt: (time) => at.z + time * batch * row,
    maskAt: (time) => (hasMask ? at.mask + time * batch : undefined),
    stateAt: (region, time) => at[region] + time * state,
    multiply({ at: a, rowStride }, packed, c, columns, inner) {
      kernels.gemmPacked({ at: a, rowStride, columnStride: 1 }, packed, c, batch, columns, inner);
    },
    part: (gate) => at.recurrentKernel + gate * width,
  };
}

function lstmSteps(kernels: RecurrentKernels, plan: SequencePlan, hasMask: boolean): CellSteps {
  const { at, batch, units, width, row, state, hard } = plan;
  const { zAt, maskAt, stateAt, multiply } = addresses(kernels, plan, hasMask);
  // Field by field: spreading objects takes longer than some of the kernels.
  const lstmStep = (time: number): LstmStep => ({
    z: zAt(time),
    mask: maskAt(time),
    rows: batch,
    width,
    hard,
    cBefore: stateAt('cells', time),
    c: stateAt('cells', time + 1),
  });
  return {
    prepareForward() {
      const recurrent = { at: at.recurrentKernel, rowStride: row, columnStride: 1 };
      kernels.pack(recurrent, units, row, at.packedRecurrent);
    },
    forward(time) {
      const step = lstmStep(time);
      const before = { at: stateAt('dropped', time), rowStride: width };
      multiply(before, at.packedRecurrent, { at: step.z, rowStride: row }, row, units);
      kernels.lstmForward(step, stateAt('hidden', time), stateAt('hidden', time + 1));
    },
    replay(openings) {
      const all = { ...lstmStep(0), rows: plan.time * plan.batch };
      kernels.lstmReplay(all, stateAt('hidden', 0), stateAt('hidden', 1), at.shown, openings);
    },
    prepareBackward() {
      const transposed = { at: at.recurrentKernel, rowStride: 1, columnStride: row };
      kernels.pack(transposed, row, units, at.packedRecurrent);
    },
    backward(time, norms) {
      const step = lstmStep(time);
      kernels.lstmBackward(step, at.shown + time * state, at.dh, at.dc, norms);
      kernels.reserve(0).fill(0, at.through, at.through + state);
      const through = { at: at.through, rowStride: width };
      multiply({ at: step.z, rowStride: row }, at.packedRecurrent, through, units, row);
    },
    recurrentGradient(firstRow, rows) {
      kernels.gemm(
        { at: at.dropped + firstRow * width, rowStride: 1, columnStride: width },
        { at: at.z + firstRow * row, rowStride: row, columnStride: 1 },
        { at: at.dRecurrentKernel, rowStride: row },
        units,
        row,
        rows,
      );
    },
  };
}

function gruSteps(kernels: RecurrentKernels, plan: SequencePlan, hasMask: boolean): CellSteps {
  const { at, batch, units, width, row, state, hard, gates, resetAfter } = plan;
  const { zAt, maskAt, stateAt, multiply, part } = addresses(kernels, plan, hasMask);
  const weightRow = 3 * width;
  const gruStep = (time: number): GruStep => ({
    z: zAt(time),
    mask: maskAt(time),
    rows: batch,
    width,
    hard,
    gates,
    hBefore: stateAt('hidden', time),
  });
  /** What the candidate hears of the state goes into a gate of its own where the reset acts on it. */
  const candidate = resetAfter ? 3 : 2;
  const packedCandidate = at.packedRecurrent + packedLength(width, 2 * width);
  const packedCandidateBack = at.packedRecurrent + packedLength(2 * width, units);
  const resetAt = (time: number): number => at.reset + time * state;

  return {
    prepareForward() {
      const [gatesAt, candidateAt] = [part(0), part(2)];
      kernels.pack(
        { at: gatesAt, rowStride: weightRow, columnStride: 1 },
        units,
        2 * width,
        at.packedRecurrent,
      );
      kernels.pack({ at: candidateAt, rowStride: weightRow, columnStride: 1 }, units, width, packedCandidate);
    },
    forward(time) {
      const step = gruStep(time);
      const before = { at: stateAt('dropped', time), rowStride: width };
      multiply(before, at.packedRecurrent, { at: step.z, rowStride: row }, 2 * width, units);
      kernels.gruGates(step);
      const heard = { at: step.z + candidate * width, rowStride: row };
      if (!resetAfter) kernels.gruReset(step, before.at, at.reset);
      const said = resetAfter ? before : { at: at.reset, rowStride: width };
      multiply(said, packedCandidate, heard, width, units);
      kernels.gruForward(step, stateAt('hidden', time + 1));
    },
    replay(openings) {
      kernels.gruReplay({ ...gruStep(0), rows: plan.time * plan.batch }, stateAt('hidden', 1), openings);
    },
    prepareBackward() {
      const [gatesAt, candidateAt] = [part(0), part(2)];
      kernels.pack(
        { at: gatesAt, rowStride: 1, columnStride: weightRow },
        2 * width,
        units,
        at.packedRecurrent,
      );
      kernels.pack(
        { at: candidateAt, rowStride: 1, columnStride: weightRow },
        width,
        units,
        packedCandidateBack,
      );
    },
    backward(time, norms) {
      const step = gruStep(time);
      kernels.gruBackward(step, at.dh, norms);
      kernels.reserve(0).fill(0, at.through, at.through + state);
      const through = { at: at.through, rowStride: width };
      const heard = { at: step.z + candidate * width, rowStride: row };
      multiply(heard, packedCandidateBack, through, units, width);
      if (!resetAfter) kernels.gruResetBackward(step, stateAt('dropped', time), at.through, resetAt(time));
      multiply({ at: step.z, rowStride: row }, at.packedRecurrent, through, units, 2 * width);
    },
    recurrentGradient(firstRow, rows) {
      const gatesOf = (gate: number) => ({
        at: at.z + firstRow * row + gate * width,
        rowStride: row,
        columnStride: 1,
      });
      const states = (from: number) => ({ at: from + firstRow * width, rowStride: 1, columnStride: width });
      const into = (gate: number) => ({ at: at.dRecurrentKernel + gate * width, rowStride: weightRow });
      kernels.gemm(states(at.dropped), gatesOf(0), into(0), units, 2 * width, rows);
      const said = resetAfter ? at.dropped : at.reset;
      kernels.gemm(states(said), gatesOf(candidate), into(2), units, width, rows);
    },
  };
}
