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
export interface HostKernel<Attributes extends NamedAttrMap> {
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
  compute(output: Float32Array, inputs: readonly Float32Array[], attributes: Attributes): void;
}

/** Runs a kernel on float32 tensors; `undefined` on backends that cannot, where the caller composes operations. */
export type RunHostKernel<Attributes extends NamedAttrMap> = (
  inputs: readonly Tensor[],
  shape: readonly number[],
  attributes: Attributes,
) => Tensor | undefined;

/**
 * Defines a kernel for cpu and wasm.
 *
 * There a composed operation costs a pass over memory each, which for a global norm is several percent of a training
 * step; one pass in JavaScript over the backend's own array costs a fraction of that and can accumulate in float64.
 * It is registered at its first use, as any backend registers its own: nothing is read back.
 */
export function defineHostKernel<Attributes extends NamedAttrMap>(
  kernel: HostKernel<Attributes>,
): RunHostKernel<Attributes> {
  const backends: readonly string[] = kernel.backends ?? ['cpu', 'wasm'];
  return (inputs, shape, attributes) => {
    const backendName = getBackend();
    const memory = hostMemoryOf[backendName];
    if (memory === undefined || !backends.includes(backendName)) return undefined;
    if (!getKernel(kernel.name, backendName)) register(kernel, backendName, memory);
    return engine().runKernel<Tensor>(kernel.name, Object.fromEntries(inputs.entries()), {
      ...attributes,
      shape: [...shape],
    });
  };
}

function register<Attributes extends NamedAttrMap>(
  kernel: HostKernel<Attributes>,
  backendName: string,
  memory: HostMemory,
): void {
  registerKernel({
    kernelName: kernel.name,
    backendName,
    kernelFunc({ inputs: named, backend, attrs }) {
      const inputs = tensorsOf(named);
      const attributes = attrs as Attributes & { shape: number[] };
      const { shape } = attributes;
      const [first] = inputs;
      if (first && kernel.isIdentity?.(memory.views(backend, inputs), attributes)) {
        return memory.share(backend, first);
      }
      const instead = getKernel(kernel.instead?.[backendName] ?? '', backendName);
      if (instead) return instead.kernelFunc({ inputs: { a: inputs[0], b: inputs[1] }, backend, attrs: {} });
      const output = memory.allocate(backend, shape);
      // After the allocation, which may move the heap of wasm and leave older views behind.
      const [result = new Float32Array(0), ...values] = memory.views(backend, [output, ...inputs]);
      kernel.compute(result, values, attributes);
      return output;
    },
  });
}

function tensorsOf(named: NamedTensorInfoMap): TensorInfo[] {
  return Object.values(named).filter((tensor) => tensor !== undefined);
}
