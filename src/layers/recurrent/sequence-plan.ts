import { packedLength } from '../../kernels/matrix.js';
import { openingsRoom } from '../../kernels/recurrent.js';

/** A cell, and how it goes through a sequence. */
export interface SequenceShape {
  readonly cell: 'lstm' | 'gru';
  /** Of a GRU: the reset gate acts on the product with the recurrent kernel, not on the state before it. */
  readonly resetAfter: boolean;
  /** Whether gates are clip(0.2 x + 0.5, 0, 1) and not a sigmoid. */
  readonly hard: boolean;
  /** From the last time step to the first. */
  readonly reversed: boolean;
  readonly time: number;
  readonly batch: number;
  readonly inputs: number;
  readonly units: number;
}

/** What lies where in the heap of the kernels. Arrays of states and gates are [time, batch, width x gates]. */
export interface SequencePlan extends SequenceShape {
  /** The units, padded to whole panels of the matrix product: lanes beyond them hold zeros. */
  readonly width: number;
  /** Gates that the input reaches: those of the weights. */
  readonly inputGates: number;
  /** Gates in a row of z: one more than `inputGates` for a GRU with the reset after the product. */
  readonly gates: 3 | 4;
  /** Floats of a state of the whole batch. */
  readonly state: number;
  /** Floats of a row of z. */
  readonly row: number;
  /** Time steps for which the input is multiplied at once: enough rows for the product, few enough for the cache. */
  readonly chunk: number;
  readonly at: Readonly<Record<Region, number>>;
  readonly floats: number;
}

export type Region =
  /** Arrays as tfjs has them, on their way in and out. */
  | 'batchMajor'
  | 'x'
  | 'mask'
  | 'kernel'
  | 'recurrentKernel'
  | 'bias'
  | 'packedKernel'
  | 'packedRecurrent'
  | 'z'
  | 'cells'
  /** In the backward pass, tanh of the cells after each step. */
  | 'shown'
  | 'hidden'
  /** The hidden states as the product sees them, from the initial one on. */
  | 'dropped'
  | 'keep'
  /** Of one step: r h of a GRU with the reset before the product; in the backward pass of all. */
  | 'reset'
  | 'dy'
  | 'dx'
  | 'dh'
  | 'dc'
  /** dL/dh through the recurrent kernel. */
  | 'through'
  | 'dKernel'
  | 'dRecurrentKernel'
  | 'dBias'
  /** How far the gates were open, as the kernels sum it up. */
  | 'openings'
  /** For each time step those of dL/dh and dL/dc. */
  | 'norms';

const CHUNK_ROWS = 256;

/** A sample's gates at one time step, padded. */
export function rowOf({
  cell,
  resetAfter,
  units,
}: SequenceShape): Pick<SequencePlan, 'width' | 'gates' | 'row'> {
  const width = 8 * Math.ceil(units / 8);
  const gates = cell === 'gru' && !resetAfter ? 3 : 4;
  return { width, gates, row: gates * width };
}

/** Lays out a sequence. */
export function planSequence(shape: SequenceShape, hasKeep: boolean): SequencePlan {
  const { cell, time, batch, inputs, units } = shape;
  const { width, gates, row } = rowOf(shape);
  const inputGates = cell === 'lstm' ? 4 : 3;
  const state = batch * width;
  const sizes: Record<Region, number> = {
    batchMajor: Math.max(time * batch, inputGates * units) * Math.max(inputs, units),
    x: time * batch * inputs,
    mask: time * batch,
    kernel: inputs * inputGates * width,
    recurrentKernel: units * inputGates * width,
    bias: row,
    packedKernel: Math.max(
      packedLength(inputs, inputGates * width),
      packedLength(inputGates * width, inputs),
    ),
    packedRecurrent: 2 * packedLength(width, inputGates * width),
    z: time * batch * row,
    cells: cell === 'lstm' ? (time + 1) * state : 0,
    shown: cell === 'lstm' ? time * state : 0,
    hidden: (time + 1) * state,
    dropped: hasKeep ? (time + 1) * state : 0,
    keep: hasKeep ? state : 0,
    reset: gates === 3 ? time * state : 0,
    dy: time * state,
    dx: time * batch * inputs,
    dh: state,
    dc: state,
    through: state,
    dKernel: inputs * inputGates * width,
    dRecurrentKernel: units * inputGates * width,
    dBias: row,
    openings: openingsRoom(3),
    norms: 2 * time,
  };
  let floats = 0;
  const at = {} as Record<Region, number>;
  for (const [name, size] of Object.entries(sizes) as [Region, number][]) {
    at[name] = floats;
    floats += 4 * Math.ceil(size / 4);
  }
  if (!hasKeep) at.dropped = at.hidden;
  const chunk = Math.max(1, Math.ceil(CHUNK_ROWS / batch));
  return { ...shape, width, inputGates, gates, state, row, chunk, at, floats };
}
