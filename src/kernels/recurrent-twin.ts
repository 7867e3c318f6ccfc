import { createMatrixTwin } from './matrix-twin.js';
import {
  type GruStep,
  type LstmStep,
  openingsRoom,
  type RecurrentKernels,
  type TimeStep,
} from './recurrent.js';

/** What the recurrent kernels do, in plain TypeScript and with a heap of its own. */
export function createRecurrentTwin(): RecurrentKernels {
  const matrix = createMatrixTwin();
  let heap = matrix.reserve(0);
  const get = (at: number): number => heap[at] as number;
  const isMasked = (mask: number | undefined, row: number): boolean =>
    mask !== undefined && get(mask + row) === 0;

  const squares = (x: number, size: number): number => {
    let sum = 0;
    for (let at = x; at < x + size; at++) sum += get(at) ** 2;
    return sum;
  };

  /** Calls back with where each element lies among gates of so many widths and among states of one. */
  function elements(
    { z, mask, rows, width }: TimeStep,
    gates: number,
    taken: (gate: number, state: number) => void,
    left: (state: number, row: number) => void = () => {},
  ): void {
    for (let row = 0; row < rows; row++) {
      const masked = isMasked(mask, row);
      for (let unit = 0; unit < width; unit++) {
        if (masked) left(row * width + unit, row);
        else taken(z + row * gates * width + unit, row * width + unit);
      }
    }
  }

  const clearGates = ({ z, width }: TimeStep, gates: number, row: number): void => {
    heap.fill(0, z + row * gates * width, z + (row + 1) * gates * width);
  };
  /** c and h from activated gates, and tanh c. */
  function takeLstmStep(step: LstmStep, hBefore: number, h: number, shown?: number): void {
    const { cBefore, c, width } = step;
    const take = (gate: number, at: number): void => {
      heap[c + at] = get(gate + width) * get(cBefore + at) + get(gate) * get(gate + 2 * width);
      const t = Math.tanh(get(c + at));
      if (shown !== undefined) heap[shown + at] = t;
      heap[h + at] = get(gate + 3 * width) * t;
    };
    elements(step, 4, take, (at) => {
      heap[c + at] = get(cBefore + at);
      heap[h + at] = get(hBefore + at);
    });
  }
  /** h from activated gates. */
  function takeGruStep(step: GruStep, h: number): void {
    const { gates, width, hBefore } = step;
    const take = (gate: number, at: number): void => {
      const u = get(gate);
      heap[h + at] = u * get(hBefore + at) + (1 - u) * get(gate + 2 * width);
    };
    elements(step, gates, take, (at) => {
      heap[h + at] = get(hBefore + at);
    });
  }
  function sumOpenings(step: TimeStep, gates: number, summed: readonly number[], to: number): void {
    heap.fill(0, to, to + openingsRoom(summed.length));
    for (const [index, place] of summed.entries()) {
      let [sum, saturated] = [0, 0];
      elements(step, gates, (gate) => {
        const opening = get(gate + place * step.width);
        sum += opening;
        if (Math.abs(opening - 0.5) > 0.45) saturated++;
      });
      heap[to + 2 * index] = sum;
      heap[to + 2 * index + 1] = saturated;
    }
  }
  const unmasked = (step: GruStep): GruStep => ({ ...step, mask: undefined });

  return {
    ...matrix,
    reserve(floats) {
      heap = matrix.reserve(floats);
      return heap;
    },
    copyRows(from, to, outer, inner, width) {
      for (let i = 0; i < outer; i++) {
        for (let j = 0; j < inner; j++) {
          const source = from.at + i * from.outer + j * from.inner;
          heap.copyWithin(to.at + i * to.outer + j * to.inner, source, source + width);
        }
      }
    },
    clearMasked(mask, to, rows, width) {
      for (let row = 0; row < rows; row++) {
        if (isMasked(mask, row)) heap.fill(0, to + row * width, to + (row + 1) * width);
      }
    },
    addRows(from, to, rows, width) {
      for (let at = 0; at < rows * width; at++)
        heap[to + (at % width)] = get(to + (at % width)) + get(from + at);
    },
    multiply(x, y, to, size) {
      for (let at = 0; at < size; at++) heap[to + at] = get(x + at) * get(y + at);
    },
    clipElements(x, limit, size) {
      for (let at = x; at < x + size; at++) heap[at] = Math.min(Math.max(get(at), -limit), limit);
    },
    clipRows(x, y, limit, rows, width) {
      for (let row = 0; row < rows; row++) {
        const parts = [x, ...(y === undefined ? [] : [y])].map((part) => part + row * width);
        const norm = Math.sqrt(parts.reduce((sum, part) => sum + squares(part, width), 0));
        if (!(norm > limit)) continue;
        for (const part of parts) {
          for (let at = part; at < part + width; at++) heap[at] = get(at) * Math.fround(limit / norm);
        }
      }
    },
    lstmForward(step, hBefore, h) {
      const { width, hard } = step;
      elements(step, 4, (gate) => {
        for (const at of [gate, gate + width, gate + 3 * width]) heap[at] = openGate(get(at), hard);
        heap[gate + 2 * width] = Math.tanh(get(gate + 2 * width));
      });
      takeLstmStep(step, hBefore, h);
    },
    lstmReplay(step, hBefore, h, shown, openings) {
      takeLstmStep(step, hBefore, h, shown);
      if (openings !== undefined) sumOpenings(step, 4, [0, 1, 3], openings);
    },
    lstmBackward(step, shown, dh, dc, norms) {
      const { cBefore, rows, width, hard } = step;
      let cellSquares = 0;
      if (norms !== undefined) heap[norms] = Math.sqrt(squares(dh, rows * width));
      const take = (gate: number, at: number): void => {
        const [i, f] = [get(gate), get(gate + width)];
        const [g, o] = [get(gate + 2 * width), get(gate + 3 * width)];
        const t = get(shown + at);
        const d = get(dh + at);
        const total = get(dc + at) + d * o * (1 - t * t);
        heap[gate] = total * g * gateSlope(i, hard);
        heap[gate + width] = total * get(cBefore + at) * gateSlope(f, hard);
        heap[gate + 2 * width] = total * i * (1 - g * g);
        heap[gate + 3 * width] = d * t * gateSlope(o, hard);
        heap[dc + at] = total * f;
        heap[dh + at] = 0;
        cellSquares += total * total;
      };
      elements(step, 4, take, (at, row) => {
        clearGates(step, 4, row);
        cellSquares += get(dc + at) ** 2;
      });
      if (norms !== undefined) heap[norms + 1] = Math.sqrt(cellSquares);
    },
    gruGates(step) {
      elements(unmasked(step), step.gates, (gate) => {
        for (const at of [gate, gate + step.width]) heap[at] = openGate(get(at), step.hard);
      });
    },
    gruReset(step, h, to) {
      elements(unmasked(step), step.gates, (gate, at) => {
        heap[to + at] = get(gate + step.width) * get(h + at);
      });
    },
    gruForward(step, h) {
      const { gates, width } = step;
      elements(step, gates, (gate) => {
        const candidate = gate + 2 * width;
        const said = gates === 4 ? get(gate + width) * get(candidate + width) : 0;
        heap[candidate] = Math.tanh(get(candidate) + said);
      });
      takeGruStep(step, h);
    },
    gruReplay(step, h, openings) {
      takeGruStep(step, h);
      if (openings !== undefined) sumOpenings(step, step.gates, [0, 1], openings);
    },
    gruBackward(step, dh, norms) {
      const { gates, rows, width, hBefore, hard } = step;
      if (norms !== undefined) heap[norms] = Math.sqrt(squares(dh, rows * width));
      const take = (gate: number, at: number): void => {
        const [u, r, n] = [get(gate), get(gate + width), get(gate + 2 * width)];
        const d = get(dh + at);
        const dn = d * (1 - u) * (1 - n * n);
        if (gates === 4) {
          heap[gate + width] = dn * get(gate + 3 * width) * gateSlope(r, hard);
          heap[gate + 3 * width] = dn * r;
        }
        heap[gate] = d * (get(hBefore + at) - n) * gateSlope(u, hard);
        heap[gate + 2 * width] = dn;
        heap[dh + at] = d * u;
      };
      elements(step, gates, take, (_, row) => clearGates(step, gates, row));
    },
    gruResetBackward(step, h, p, to) {
      const { gates, width, hard } = step;
      elements(unmasked(step), gates, (gate, at) => {
        const [r, before, d] = [get(gate + width), get(h + at), get(p + at)];
        heap[gate + width] = d * before * gateSlope(r, hard);
        heap[to + at] = r * before;
        heap[p + at] = r * d;
      });
    },
  };
}

const openGate = (x: number, hard: boolean): number =>
  hard ? Math.min(Math.max(0.2 * x + 0.5, 0), 1) : 1 / (1 + Math.exp(-x));

/** Slope of a gate's activation where its value is s. */
function gateSlope(s: number, hard: boolean): number {
  if (!hard) return s * (1 - s);
  return s > 0 && s < 1 ? 0.2 : 0;
}
