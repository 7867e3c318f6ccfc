import { instantiate, kernelsRefused } from './instantiate.js';
import { statisticsBinary } from './statistics-binary.js';

/** What assembly/statistics.ts exports. */
interface StatisticsExports {
  readonly memory: WebAssembly.Memory;
  readonly A: WebAssembly.Global<'i32'>;
  readonly B: WebAssembly.Global<'i32'>;
  readonly CHUNK: WebAssembly.Global<'i32'>;
  readonly LIST: WebAssembly.Global<'i32'>;
  readonly TOTALS: WebAssembly.Global<'i32'>;
  startMeasure(): void;
  measure(count: number): void;
  measureAndBin(count: number): void;
  listBins(): number;
  startCompare(): void;
  compare(count: number): void;
  change(count: number): void;
}

/** The statistics kernels and the memory through which they are fed, a chunk at a time. */
export interface StatisticsKernels {
  /** The functions. */
  readonly run: StatisticsExports;
  /** The chunk; its length is the largest that one call takes. */
  readonly a: Float32Array;
  /** The chunk to compare it with. */
  readonly b: Float32Array;
  /** Index and count of each bin that `listBins` found. */
  readonly list: Uint32Array;
  /** What the kernels found since their start. */
  readonly totals: Float64Array;
}

/** Below this length the twins are faster than a copy into the kernels' memory and a call. */
export const KERNEL_FROM = 96;

/** So many elements from a start on. The array itself where it has no more: a view takes as long to make as a bias to measure. */
export const part = (values: Float32Array, start: number, length: number): Float32Array =>
  values.length <= length ? values : values.subarray(start, start + length);

let kernels: StatisticsKernels | null | undefined;

/** Gives the kernels, instantiated at the first call; `null` where the twins have to do. */
export function statisticsKernels(): StatisticsKernels | null {
  if (kernelsRefused()) return null;
  if (kernels === undefined) kernels = load();
  return kernels;
}

function load(): StatisticsKernels | null {
  const run = instantiate(statisticsBinary) as unknown as StatisticsExports | null;
  if (run === null) return null;
  const { buffer } = run.memory;
  return {
    run,
    a: new Float32Array(buffer, run.A.value, run.CHUNK.value),
    b: new Float32Array(buffer, run.B.value, run.CHUNK.value),
    list: new Uint32Array(buffer, run.LIST.value, 2048),
    totals: new Float64Array(buffer, run.TOTALS.value, 9),
  };
}
