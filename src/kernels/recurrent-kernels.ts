import { instantiate, kernelsRefused } from './instantiate.js';
import type { RecurrentKernels, TimeStep } from './recurrent.js';
import { recurrentBinary } from './recurrent-binary.js';
import { createRecurrentTwin } from './recurrent-twin.js';

let kernels: RecurrentKernels | undefined;
let twin: RecurrentKernels | undefined;

/** Gives the kernels, instantiated at the first call; their twin where the host refuses WebAssembly. */
export function recurrentKernels(): RecurrentKernels {
  if (!kernelsRefused()) {
    kernels ??= load() ?? createRecurrentTwin();
    return kernels;
  }
  twin ??= createRecurrentTwin();
  return twin;
}

/** What assembly/recurrent.ts exports; all addresses, strides and widths in bytes. */
interface RecurrentExports {
  readonly memory: WebAssembly.Memory;
  readonly HEAP: WebAssembly.Global<'i32'>;
  gemm(...numbers: readonly number[]): void;
  pack(...numbers: readonly number[]): void;
  gemmPacked(...numbers: readonly number[]): void;
  transpose(...numbers: readonly number[]): void;
  copyRows(...numbers: readonly number[]): void;
  clearMasked(...numbers: readonly number[]): void;
  addRows(...numbers: readonly number[]): void;
  multiply(...numbers: readonly number[]): void;
  clipElements(...numbers: readonly number[]): void;
  clipRows(...numbers: readonly number[]): void;
  lstmForward(...numbers: readonly number[]): void;
  lstmReplay(...numbers: readonly number[]): void;
  lstmBackward(...numbers: readonly number[]): void;
  gruGates(...numbers: readonly number[]): void;
  gruReset(...numbers: readonly number[]): void;
  gruForward(...numbers: readonly number[]): void;
  gruReplay(...numbers: readonly number[]): void;
  gruBackward(...numbers: readonly number[]): void;
  gruResetBackward(...numbers: readonly number[]): void;
}

const PAGE_BYTES = 65536;

function load(): RecurrentKernels | null {
  const run = instantiate(recurrentBinary) as unknown as RecurrentExports | null;
  if (run === null) return null;
  const { memory } = run;
  const base = run.HEAP.value;
  const at = (position: number): number => base + 4 * position;
  const atOrNone = (position: number | undefined): number => (position === undefined ? 0 : at(position));
  const sizesOf = ({ rows, width }: TimeStep): [number, number] => [rows, 4 * width];
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
    copyRows(from, to, outer, inner, width) {
      run.copyRows(
        at(from.at),
        4 * from.outer,
        4 * from.inner,
        at(to.at),
        4 * to.outer,
        4 * to.inner,
        outer,
        inner,
        4 * width,
      );
    },
    clearMasked(mask, to, rows, width) {
      run.clearMasked(at(mask), at(to), rows, 4 * width);
    },
    addRows(from, to, rows, width) {
      run.addRows(at(from), at(to), rows, 4 * width);
    },
    multiply(x, y, to, size) {
      run.multiply(at(x), at(y), at(to), 4 * size);
    },
    clipElements(x, limit, size) {
      run.clipElements(at(x), limit, 4 * size);
    },
    clipRows(x, y, limit, rows, width) {
      run.clipRows(at(x), atOrNone(y), limit, rows, 4 * width);
    },
    lstmForward(step, hBefore, h) {
      const { z, cBefore, mask, c, hard } = step;
      const states = [at(z), at(cBefore), at(hBefore), atOrNone(mask), at(c), at(h)];
      run.lstmForward(...states, ...sizesOf(step), Number(hard));
    },
    lstmReplay(step, hBefore, h, shown, openings) {
      const { z, cBefore, mask, c } = step;
      const states = [at(z), at(cBefore), at(hBefore), atOrNone(mask), at(c), at(h), at(shown)];
      run.lstmReplay(...states, atOrNone(openings), ...sizesOf(step));
    },
    lstmBackward(step, shown, dh, dc, norms) {
      const { z, cBefore, mask, hard } = step;
      const states = [at(z), at(cBefore), at(shown), atOrNone(mask), at(dh), at(dc), atOrNone(norms)];
      run.lstmBackward(...states, ...sizesOf(step), Number(hard));
    },
    gruGates(step) {
      run.gruGates(at(step.z), step.gates, ...sizesOf(step), Number(step.hard));
    },
    gruReset(step, h, to) {
      run.gruReset(at(step.z), at(h), at(to), ...sizesOf(step));
    },
    gruForward(step, h) {
      const { z, gates, hBefore, mask } = step;
      run.gruForward(at(z), gates, at(hBefore), atOrNone(mask), at(h), ...sizesOf(step));
    },
    gruReplay(step, h, openings) {
      const { z, gates, hBefore, mask } = step;
      run.gruReplay(at(z), gates, at(hBefore), atOrNone(mask), at(h), atOrNone(openings), ...sizesOf(step));
    },
    gruBackward(step, dh, norms) {
      const { z, gates, hBefore, mask, hard } = step;
      const states = [at(hBefore), atOrNone(mask), at(dh), atOrNone(norms)];
      run.gruBackward(at(z), gates, ...states, ...sizesOf(step), Number(hard));
    },
    gruResetBackward(step, h, p, to) {
      run.gruResetBackward(at(step.z), at(h), at(p), at(to), ...sizesOf(step), Number(step.hard));
    },
  };
}
