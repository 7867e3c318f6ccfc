import {
  engine,
  getBackend,
  getKernel,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerKernel,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { type HostMemory, hostMemoryOf } from '../layout/host-memory.js';

/** One pass over arrays of numbers, for the backends whose tensors are arrays this thread can see. */
export interface HostKernel<Attributes extends NamedAttrMap, Output = Float32Array> {
  /** The kernel's name in the registry of tfjs. */
  readonly name: string;
  /**
   * Where it is faster than the operations of tfjs.
   *
   * @default cpu and wasm
   */
  readonly backends?: readonly ('cpu' | 'wasm')[];
  /** The kernel of tfjs that is faster where named, on two inputs `a` and `b`; {@link isIdentity} is still asked first. */
  readonly instead?: Readonly<Partial<Record<string, string>>>;
  /** Whether the first input already is the result: it is handed on without a copy. */
  isIdentity?(inputs: readonly Float32Array[], attributes: Attributes): boolean;
  /** Fills `output`, whose contents are undefined before. */
  compute(output: Output, inputs: readonly Float32Array[], attributes: Attributes): void;
}

/** Runs a kernel on float32 tensors; `undefined` on backends that cannot, where the caller composes operations. */
export type RunHostKernel<Attributes extends NamedAttrMap> = (
  inputs: readonly Tensor[],
  shape: readonly number[],
  attributes: Attributes,
) => Tensor | undefined;

/** As {@link RunHostKernel}, with a result for each shape. */
export type RunManyOutputKernel<Attributes extends NamedAttrMap> = (
  inputs: readonly Tensor[],
  shapes: readonly (readonly number[])[],
  attributes: Attributes,
) => Tensor[] | undefined;

type ManyOutputKernel<Attributes extends NamedAttrMap> = HostKernel<Attributes, readonly Float32Array[]>;

/**
 * Defines a kernel for cpu and wasm.
 *
 * There a composed operation costs a pass over memory each, which for a global norm is several percent of a training
 * step; one pass in JavaScript over the backend's own array costs a fraction of that and can accumulate in float64.
 * It is registered at its first use, as any backend registers its own: nothing is read back.
 */
export function defineHostKernel<Attributes extends NamedAttrMap>({
  compute,
  ...kernel
}: HostKernel<Attributes>): RunHostKernel<Attributes> {
  const run = defineManyOutputKernel<Attributes>({
    ...kernel,
    compute: ([output = new Float32Array(0)], inputs, attributes) => compute(output, inputs, attributes),
  });
  return (inputs, shape, attributes) => run(inputs, [shape], attributes)?.[0];
}

/** As {@link defineHostKernel}, for several results of one pass: an operation that takes one apart costs as much as a pass. */
export function defineManyOutputKernel<Attributes extends NamedAttrMap>(
  kernel: ManyOutputKernel<Attributes>,
): RunManyOutputKernel<Attributes> {
  const backends: readonly string[] = kernel.backends ?? ['cpu', 'wasm'];
  return (inputs, shapes, attributes) => {
    const backendName = getBackend();
    const memory = hostMemoryOf[backendName];
    if (memory === undefined || !backends.includes(backendName)) return undefined;
    if (!getKernel(kernel.name, backendName)) register(kernel, backendName, memory);
    return engine().runKernel<Tensor[]>(kernel.name, Object.fromEntries(inputs.entries()), {
      ...attributes,
      shapes: shapes.map((shape) => [...shape]),
    });
  };
}

function register<Attributes extends NamedAttrMap>(
  kernel: ManyOutputKernel<Attributes>,
  backendName: string,
  memory: HostMemory,
): void {
  registerKernel({
    kernelName: kernel.name,
    backendName,
    kernelFunc({ inputs: named, backend, attrs }) {
      const inputs = tensorsOf(named);
      const attributes = attrs as Attributes & { shapes: number[][] };
      const [first] = inputs;
      if (first && kernel.isIdentity?.(memory.views(backend, inputs), attributes)) {
        return [memory.share(backend, first)];
      }
      const instead = getKernel(kernel.instead?.[backendName] ?? '', backendName);
      if (instead)
        return [instead.kernelFunc({ inputs: { a: inputs[0], b: inputs[1] }, backend, attrs: {} })].flat();
      const outputs = attributes.shapes.map((shape) => memory.allocate(backend, shape));
      // After the allocation, which may move the heap of wasm and leave older views behind.
      const views = memory.views(backend, [...outputs, ...inputs]);
      kernel.compute(views.slice(0, outputs.length), views.slice(outputs.length), attributes);
      return outputs;
    },
  });
}

function tensorsOf(named: NamedTensorInfoMap): TensorInfo[] {
  return Object.values(named).filter((tensor) => tensor !== undefined);
}
