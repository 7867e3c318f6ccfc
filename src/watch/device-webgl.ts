import {
  backend,
  engine,
  env,
  type KernelBackend,
  type Tensor,
  type Tensor1D,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { countBeyondGlsl, headGlsl, pairGlsl, sumsGlsl, TEXELS } from './device-glsl.js';
import type { DeviceOps } from './device-ops.js';
import { PAIR_COLUMNS, SUMS_COLUMNS } from './device-tables.js';

/** A program as the WebGL backend of tfjs takes it. */
interface Program {
  readonly variableNames: string[];
  readonly outputShape: number[];
  readonly userCode: string;
  /** A texel of an input holds two elements of one row and the two below them. */
  readonly packedInputs: true;
  /** Nothing in the code depends on shapes, so one compiled program serves them all. */
  readonly enableShapeUniforms: true;
  readonly customUniforms: { readonly name: string; readonly type: 'int' | 'float' }[];
}

interface WebGLBackend {
  runWebGLProgram?(
    program: Program,
    inputs: TensorInfo[],
    dtype: 'float32',
    uniforms: number[][],
  ): TensorInfo;
}

/**
 * Reduces by one WebGL program for each table, each number of which walks over its tile on its own: a fragment shader has
 * one output. `undefined` on other backends and on WebGL 1, which does not show the bits of a float.
 */
export function webglOps(): DeviceOps | undefined {
  const device: KernelBackend & WebGLBackend = backend();
  if (!device.runWebGLProgram || env().getNumber('WEBGL_VERSION') !== 2) return undefined;

  const reduce = (
    inputs: readonly Tensor[],
    columns: number,
    main: string,
    extra: Readonly<Record<string, number>> = {},
  ): Tensor1D => {
    const [x] = inputs;
    const [rows = 1, cols = 1] = [1, 1, ...(x?.shape ?? [])].slice(-2);
    const size = x?.size ?? 0;
    const batch = size / (rows * cols);
    const texels = batch * Math.ceil(rows / 2) * Math.ceil(cols / 2);
    const uniforms = { texels, rows, cols };
    const program: Program = {
      variableNames: ['A', 'B'].slice(0, inputs.length),
      outputShape: [columns * Math.ceil(texels / TEXELS)],
      userCode: `${headGlsl(columns)}${main}`,
      packedInputs: true,
      enableShapeUniforms: true,
      customUniforms: [
        ...Object.keys(uniforms).map((name) => ({ name, type: 'int' as const })),
        ...Object.keys(extra).map((name) => ({ name, type: 'float' as const })),
      ],
    };
    const views = inputs.map(({ dataId, dtype }) => ({ dataId, shape: [batch, rows, cols], dtype }));
    const values = Object.values({ ...uniforms, ...extra }).map((value) => [value]);
    const info = device.runWebGLProgram?.(program, views, 'float32', values) as TensorInfo;
    return engine().makeTensorFromTensorInfo(info) as Tensor1D;
  };

  return {
    sums: (x) => reduce([x], SUMS_COLUMNS, sumsGlsl),
    pair: (a, b) => reduce([a, b], PAIR_COLUMNS, pairGlsl),
    countBeyond: (x, center, radius) => reduce([x], 1, countBeyondGlsl, { center, radius }),
  };
}
