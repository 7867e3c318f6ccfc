import { instantiate, kernelsRefused } from './instantiate.js';
import type { MatrixKernels } from './matrix.js';
import { matrixBinary } from './matrix-binary.js';
import { createMatrixTwin } from './matrix-twin.js';

let kernels: MatrixKernels | undefined;
let twin: MatrixKernels | undefined;

/** Gives the kernels, instantiated at the first call; their twin where the host refuses WebAssembly. */
export function matrixKernels(): MatrixKernels {
  if (!kernelsRefused()) {
    kernels ??= load() ?? createMatrixTwin();
    return kernels;
  }
  twin ??= createMatrixTwin();
  return twin;
}

/** What assembly/matrix.ts exports; all addresses and strides in bytes. */
interface MatrixExports {
  readonly memory: WebAssembly.Memory;
  readonly HEAP: WebAssembly.Global<'i32'>;
  gemm(...numbers: readonly number[]): void;
  pack(...numbers: readonly number[]): void;
  gemmPacked(...numbers: readonly number[]): void;
  transpose(from: number, rows: number, columns: number, to: number): void;
}

const PAGE_BYTES = 65536;

function load(): MatrixKernels | null {
  const run = instantiate(matrixBinary) as unknown as MatrixExports | null;
  if (run === null) return null;
  const { memory } = run;
  const base = run.HEAP.value;
  const at = (position: number): number => base + 4 * position;
  let heap = new Float32Array(memory.buffer, base);
  return {
    reserve(floats) {
      const missing = at(floats) - memory.buffer.byteLength;
      if (missing > 0) {
        memory.grow(Math.ceil(missing / PAGE_BYTES));
        heap = new Float32Array(memory.buffer, base);
      }
      return heap;
    },
    gemm(a, b, c, rows, columns, inner) {
      run.gemm(
        at(a.at),
        4 * a.rowStride,
        4 * a.columnStride,
        at(b.at),
        4 * b.rowStride,
        4 * b.columnStride,
        at(c.at),
        4 * c.rowStride,
        rows,
        columns,
        inner,
      );
    },
    pack(b, inner, columns, to) {
      run.pack(at(b.at), 4 * b.rowStride, 4 * b.columnStride, inner, columns, at(to));
    },
    gemmPacked(a, b, c, rows, columns, inner) {
      run.gemmPacked(
        at(a.at),
        4 * a.rowStride,
        4 * a.columnStride,
        at(b),
        at(c.at),
        4 * c.rowStride,
        rows,
        columns,
        inner,
      );
    },
    transpose(from, rows, columns, to) {
      run.transpose(at(from), rows, columns, at(to));
    },
  };
}
