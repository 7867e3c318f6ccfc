import {
  engine,
  type GradFunc,
  getBackend,
  getGradient,
  getKernel,
  type NamedAttrMap,
  type NamedTensorMap,
  registerGradient,
  registerKernel,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { recurrentKernels } from '../../kernels/recurrent-kernels.js';
import { type HostMemory, hostMemoryOf } from '../../layout/host-memory.js';
import { runBackward } from './run-backward.js';
import { runForward } from './run-forward.js';
import { type GradientName, gatesSize, type SequenceGradients, type SequenceInputs } from './sequence.js';
import type { SequenceOptions, SequenceTensors } from './sequence-tensors.js';

/** The kernel's attributes: which inputs are there, in their order, and what goes with them. */
interface Attributes extends SequenceOptions {
  readonly names: readonly InputName[];
}

type InputName = keyof SequenceInputs | 'gates';

const forwardName = 'GradientHealthRecurrent';
const gradientName = 'GradientHealthRecurrentGradient';
const emptyName = 'GradientHealthEmpty';

/** What lies in the heap of the kernels now, if it is the backward pass of a job. */
let inHeap: { readonly job: object; readonly gradients: SequenceGradients } | undefined;

/**
 * Runs a cell over a sequence on a backend whose tensors this thread can see; `undefined` on others.
 *
 * It is one kernel of tfjs and one node on the tape. What the backward pass needs is kept in a tensor that the kernel fills
 * though it is an input: for an output, tfjs would make a gradient of its size.
 *
 * @returns The output and the final states.
 */
export function hostSequence(tensors: SequenceTensors, options: SequenceOptions): Tensor[] | undefined {
  const backendName = getBackend();
  const memory = hostMemoryOf[backendName];
  if (memory === undefined) return undefined;
  if (!getKernel(forwardName, backendName)) register(backendName, memory);
  const given = { ...tensors, ...(engine().isTapeOn() && { gates: emptyGates(options) }) };
  const entries = Object.entries(given).filter(([, tensor]) => tensor !== undefined);
  const attributes: Attributes = { ...options, names: entries.map(([name]) => name as InputName) };
  const inputs = entries.map(([, tensor]) => tensor) as unknown as NamedTensorMap;
  return engine().runKernel<Tensor[]>(forwardName, inputs, attributes as unknown as NamedAttrMap);
}

const emptyGates = ({ shape }: SequenceOptions): Tensor =>
  engine().runKernel<Tensor>(emptyName, {}, { size: gatesSize(shape) });

function register(backendName: string, memory: HostMemory): void {
  registerKernel({
    kernelName: emptyName,
    backendName,
    kernelFunc: ({ backend: owner, attrs }) =>
      memory.allocate(owner, [(attrs as unknown as { size: number }).size]),
  });
  registerKernel({
    kernelName: forwardName,
    backendName,
    kernelFunc({ inputs, backend: owner, attrs }) {
      const options = attrs as unknown as Attributes;
      const { batch, time, units, cell } = options.shape;
      const states = cell === 'lstm' ? 2 : 1;
      const outputs = [
        memory.allocate(owner, options.returnSequences ? [batch, time, units] : [batch, units]),
        ...Array.from({ length: states }, () => memory.allocate(owner, [batch, units])),
      ];
      const [output, hidden, cellState] = memory.views(owner, outputs);
      const arrays = named(memory, owner, inputs as unknown as TensorInfo[], options.names);
      inHeap = undefined;
      runForward(recurrentKernels(), options.shape, arrays, {
        ...(options.returnSequences && { sequence: output }),
        hidden,
        cell: cellState,
        gates: arrays.gates,
      });
      if (!options.returnSequences && hidden) output?.set(hidden);
      return outputs;
    },
  });
  registerKernel({
    kernelName: gradientName,
    backendName,
    kernelFunc({ inputs, backend: owner, attrs }) {
      const { job, name, at } = attrs as unknown as GradientAttributes;
      const tensors = inputs as unknown as TensorInfo[];
      const gradients = inHeap?.job === job ? inHeap.gradients : goBack(memory, owner, tensors, job);
      const output = memory.allocate(owner, (tensors[at] as TensorInfo).shape);
      const [values] = memory.views(owner, [output]);
      if (values) gradients.into(name, values);
      return output;
    },
  });
  if (getGradient(forwardName)) return;
  registerGradient({ kernelName: forwardName, saveAllInputs: true, gradFunc });
}

type Arrays = SequenceInputs & { readonly gates: Float32Array | undefined };

function named(
  memory: HostMemory,
  owner: object,
  tensors: readonly TensorInfo[],
  names: readonly InputName[],
): Arrays {
  const views = memory.views(owner, tensors.slice(0, names.length));
  return Object.fromEntries(names.map((name, index) => [name, views[index]])) as unknown as Arrays;
}

/** One backward pass, of which each gradient is asked for on its own, and only if it is wanted. */
interface Job extends Attributes {
  observed: boolean;
}

interface GradientAttributes {
  readonly job: Job;
  readonly name: GradientName;
  /** Of the input that it is the gradient of. */
  readonly at: number;
}

const differentiable: readonly InputName[] = ['x', 'kernel', 'recurrentKernel', 'bias', 'hidden', 'cell'];

const gradFunc: GradFunc = (dy, saved, attrs) => {
  const options = attrs as unknown as Attributes;
  const job: Job = { ...options, observed: false };
  const inputs = [...saved, ...(Array.isArray(dy) ? dy : [dy])] as unknown as NamedTensorMap;
  const gradients = options.names.flatMap((name, at): [number, () => Tensor][] => {
    if (!differentiable.includes(name)) return [];
    const attributes = { job, name, at } as unknown as NamedAttrMap;
    return [[at, () => engine().runKernel<Tensor>(gradientName, inputs, attributes)]];
  });
  return Object.fromEntries(gradients);
};

function goBack(
  memory: HostMemory,
  owner: object,
  tensors: readonly TensorInfo[],
  job: Job,
): SequenceGradients {
  const { names, shape, limits, returnSequences, listener } = job;
  const arrays = named(memory, owner, tensors, names);
  const { gates } = arrays;
  const [dOutput, dHidden, dCell] = memory.views(owner, tensors.slice(names.length));
  if (!gates) throw new Error('The forward pass ran outside of a gradient.');
  const last =
    dHidden && !returnSequences && dOutput ? dHidden.map((value, at) => value + (dOutput[at] ?? 0)) : dHidden;
  const dy = { sequence: returnSequences ? dOutput : undefined, hidden: last, cell: dCell };
  // A pass that has to run again, for its heap was needed in between, is not observed twice.
  const heard = job.observed ? undefined : listener;
  job.observed = true;
  const gradients = runBackward(recurrentKernels(), shape, arrays, gates, dy, limits, heard);
  inHeap = { job, gradients };
  return gradients;
}
