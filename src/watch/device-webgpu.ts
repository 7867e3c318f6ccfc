import {
  backend,
  cast,
  engine,
  type KernelBackend,
  type Tensor,
  type Tensor1D,
  type TensorInfo,
  zeros,
} from '@tensorflow/tfjs-core';
import { BIN_COUNT } from '../kernels/measure.js';
import type { DeviceOps } from './device-ops.js';
import { PAIR_COLUMNS, SUMS_COLUMNS } from './device-tables.js';
import { binsCode, type Code, countBeyondCode, EXACT, headWgsl, pairCode, sumsCode } from './device-wgsl.js';

/** A program as the WebGPU backend of tfjs takes it. */
interface Program {
  readonly variableNames: string[];
  readonly outputShape: number[];
  /** Whether results are counted up by several invocations at once. */
  readonly atomic?: boolean;
  readonly workgroupSize: [number, number, number];
  readonly dispatch: [number, number, number];
  readonly dispatchLayout: { readonly x: number[] };
  readonly uniforms: string;
  readonly shaderKey: string;
  getUserCode(): string;
}

interface Uniform {
  readonly type: 'int32' | 'float32';
  readonly data: number[];
}

interface WebGPUBackend {
  runWebGPUProgram?(
    program: Program,
    inputs: TensorInfo[],
    dtype: 'float32' | 'int32',
    uniforms: Uniform[],
    output?: TensorInfo,
  ): TensorInfo;
}

/** Reduces by one WebGPU program for each table; `undefined` on other backends. */
export function webgpuOps(): DeviceOps | undefined {
  const device: KernelBackend & WebGPUBackend = backend();
  if (!device.runWebGPUProgram) return undefined;

  const run = (
    { key, text, threads, tile }: Code,
    inputs: readonly Tensor[],
    output: { readonly size: number; readonly counts?: TensorInfo },
    extra: Readonly<Record<string, number>> = {},
  ): TensorInfo => {
    const size = inputs[0]?.size ?? 0;
    const program: Program = {
      variableNames: ['A', 'B'].slice(0, inputs.length),
      outputShape: [output.size],
      ...(output.counts && { atomic: true }),
      workgroupSize: [threads, 1, 1],
      dispatch: [Math.ceil(size / tile), 1, 1],
      dispatchLayout: { x: [0] },
      uniforms: ['count : i32', ...Object.keys(extra).map((name) => `${name} : f32`), ''].join(', '),
      shaderKey: `gradientHealth_${key}`,
      getUserCode: () => `${headWgsl(tile)}${text}`,
    };
    const uniforms: Uniform[] = [
      { type: 'int32', data: [size] },
      ...Object.values(extra).map((value): Uniform => ({ type: 'float32', data: [value] })),
    ];
    const views = inputs.map(({ dataId, dtype }) => ({ dataId, shape: [size], dtype }));
    const dtype = output.counts ? 'int32' : 'float32';
    return device.runWebGPUProgram?.(program, views, dtype, uniforms, output.counts) as TensorInfo;
  };
  const table = (
    code: Code,
    columns: number,
    inputs: readonly Tensor[],
    extra?: Readonly<Record<string, number>>,
  ): Tensor1D => {
    const tiles = Math.ceil((inputs[0]?.size ?? 0) / code.tile);
    return engine().makeTensorFromTensorInfo(run(code, inputs, { size: tiles * columns }, extra)) as Tensor1D;
  };

  return {
    sums: (x) => table(sumsCode, SUMS_COLUMNS, [x]),
    pair: (a, b) => table(pairCode, PAIR_COLUMNS, [a, b]),
    countBeyond: (x, center, radius) => table(countBeyondCode, 1, [x], { center, radius }),
    bins(x) {
      const counts = zeros([BIN_COUNT * Math.ceil(x.size / EXACT)], 'int32');
      run(binsCode, [x], { size: counts.size, counts });
      return cast(counts, 'float32') as Tensor1D;
    },
  };
}
