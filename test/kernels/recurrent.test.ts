import { afterEach, describe, expect, test } from 'vitest';
import { refuseKernels } from '../../src/kernels/instantiate.js';
import type { GruStep, LstmStep, RecurrentKernels } from '../../src/kernels/recurrent.js';
import { recurrentKernels } from '../../src/kernels/recurrent-kernels.js';

afterEach(() => refuseKernels(false));

const [rows, width, size] = [5, 16, 4096];

/** Of both signs, within and beyond what gates can be, and the same at every call; the first `rows` are masks. */
function fill(heap: Float32Array): void {
  for (let at = 0; at < size; at++) heap[at] = 1.2 * Math.sin(1 + at * 1.7) ** 3;
  heap.set([1, 0, 1, 1, 0]);
}

/** What a kernel leaves in the heap, and what it returns. */
function left(run: (kernels: RecurrentKernels) => unknown): { heap: Float32Array; result: unknown } {
  const kernels = recurrentKernels();
  const heap = kernels.reserve(size);
  fill(heap);
  const result = run(kernels);
  return { heap: heap.slice(0, size), result };
}

const [z, a, b, c, d] = [16, 1040, 1200, 1400, 1600];
const lstm = { z, rows, width, cBefore: a, c: b };
const gru = { z, rows, width, hBefore: a };
const both = <T extends object>(step: T): (T & { hard: boolean; mask: number | undefined })[] =>
  [true, false].flatMap((hard) => [0, undefined].map((mask) => ({ ...step, hard, mask })));

const kernels: Record<string, ((of: RecurrentKernels) => unknown)[]> = {
  copyRows: [
    (of) => of.copyRows({ at: z, outer: 21, inner: 3 }, { at: 2600, outer: 3, inner: -50 }, 4, 6, 3),
    (of) => of.copyRows({ at: z, outer: 40, inner: 9 }, { at: 2000, outer: 30, inner: 400 }, 2, 3, 21),
  ],
  clearMasked: [(of) => of.clearMasked(0, z, rows, 3)],
  addRows: [(of) => of.addRows(z, b, 9, 12)],
  multiply: [(of) => of.multiply(z, a, b, 60), (of) => of.multiply(z, a, z, 60)],
  clipElements: [(of) => of.clipElements(z, 0.75, 100)],
  clipRows: [(of) => of.clipRows(z, a, 3, rows, width), (of) => of.clipRows(z, undefined, 3, rows, width)],
  squares: [(of) => of.squares(z, 200)],
  gateSums: [0, undefined].map((mask) => (of) => of.gateSums(z, 40, mask, rows, 13, b)),
  lstmForward: both(lstm).map((step: LstmStep) => (of) => of.lstmForward(step, c, d)),
  lstmBackward: both(lstm).map((step: LstmStep) => (of) => of.lstmBackward(step, c, d)),
  ...Object.fromEntries(
    ([3, 4] as const).flatMap((gates) => {
      const steps: GruStep[] = both({ ...gru, gates });
      return Object.entries({
        gruGates: steps.map((step) => (of: RecurrentKernels) => of.gruGates(step)),
        gruForward: steps.map((step) => (of: RecurrentKernels) => of.gruForward(step, b)),
        gruBackward: steps.map((step) => (of: RecurrentKernels) => of.gruBackward(step, b)),
        ...(gates === 3 && {
          gruReset: steps.map((step) => (of: RecurrentKernels) => of.gruReset(step, b, c)),
          gruResetBackward: steps.map((step) => (of: RecurrentKernels) => of.gruResetBackward(step, b, c, d)),
        }),
      }).map(([name, runs]) => [`${name} of ${gates} gates`, runs]);
    }),
  ),
};

describe('the recurrent kernels and their twin leave the same in the heap', () => {
  test.each(Object.entries(kernels))('%s', (_, runs) => {
    for (const run of runs) {
      refuseKernels(false);
      const fast = left(run);
      refuseKernels(true);
      const slow = left(run);
      expect(fast.result ?? 0).toBeCloseTo((slow.result ?? 0) as number, 3);
      for (const [at, value] of slow.heap.entries()) {
        // A few roundings of float32 apart, relative to the value.
        expect(Math.abs((fast.heap[at] as number) - value), `at ${at}`).toBeLessThanOrEqual(
          1e-6 * Math.max(1, Math.abs(value)),
        );
      }
    }
  });
});

describe.each([false, true])('the activations (twin: %s)', (refuse) => {
  const activated = (x: readonly number[], hard: boolean): { gates: number[]; candidate: number[] } => {
    refuseKernels(refuse);
    const of = recurrentKernels();
    const heap = of.reserve(size);
    heap.fill(0, 0, size);
    // Four gates of one row and 16 units: input, forget, candidate, output.
    for (let gate = 0; gate < 4; gate++) heap.set(x, 16 * gate);
    of.lstmForward({ z: 0, rows: 1, width: 16, hard, mask: undefined, cBefore: 64, c: 80 }, 96, 112);
    const part = (at: number): number[] => [...heap.subarray(at, at + x.length)];
    return { gates: part(0), candidate: part(32) };
  };
  const x = [0, -1e-4, 1e-4, 0.3, -0.6249, 0.6251, -1, 2, -5, 9, -20, 88, -88, 1e30, -1e30, 0.5].map(
    Math.fround,
  );

  test('are within 1.5e-7 of those in float64, relatively so for tanh', () => {
    const { gates, candidate } = activated(x, false);
    for (const [index, value] of x.entries()) {
      expect(Math.abs(gates[index]! - 1 / (1 + Math.exp(-value)))).toBeLessThan(1.5e-7);
      const exact = Math.tanh(value);
      expect(Math.abs(candidate[index]! - exact)).toBeLessThanOrEqual(1.5e-7 * Math.abs(exact));
    }
    expect(activated(x, true).gates).toEqual(
      x.map((value) => Math.fround(Math.min(1, Math.max(0, Math.fround(Math.fround(0.2) * value) + 0.5)))),
    );
  });

  test('leave NaN as it is', () => {
    for (const hard of [false, true]) {
      const { gates, candidate } = activated([Number.NaN], hard);
      expect([gates[0], candidate[0]]).toEqual([Number.NaN, Number.NaN]);
    }
  });
});
