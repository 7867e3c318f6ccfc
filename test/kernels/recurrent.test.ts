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

/** What a kernel leaves in the heap. */
function left(run: (kernels: RecurrentKernels) => void): Float32Array {
  const kernels = recurrentKernels();
  const heap = kernels.reserve(size);
  fill(heap);
  run(kernels);
  return heap.slice(0, size);
}

const [z, a, b, c, d, e] = [16, 1040, 1200, 1400, 1600, 1800];
const lstm = { z, rows, width, cBefore: a, c: b };
const gru = { z, rows, width, hBefore: a };
const both = <T extends object>(step: T): (T & { hard: boolean; mask: number | undefined })[] =>
  [true, false].flatMap((hard) => [0, undefined].map((mask) => ({ ...step, hard, mask })));

const kernels: Record<string, ((of: RecurrentKernels) => void)[]> = {
  copyRows: [
    (of) => of.copyRows({ at: z, outer: 21, inner: 3 }, { at: 2600, outer: 3, inner: -50 }, 4, 6, 3),
    (of) => of.copyRows({ at: z, outer: 40, inner: 9 }, { at: 2000, outer: 30, inner: 400 }, 2, 3, 21),
  ],
  clearMasked: [(of) => of.clearMasked(0, z, rows, 3)],
  addRows: [(of) => of.addRows(z, b, 9, 12)],
  multiply: [(of) => of.multiply(z, a, b, 60), (of) => of.multiply(z, a, z, 60)],
  clipElements: [(of) => of.clipElements(z, 0.75, 100)],
  clipRows: [(of) => of.clipRows(z, a, 3, rows, width), (of) => of.clipRows(z, undefined, 3, rows, width)],
  lstmForward: both(lstm).map((step: LstmStep) => (of) => of.lstmForward(step, c, d)),
  lstmReplay: both(lstm).map((step: LstmStep) => (of) => of.lstmReplay(step, c, d, e, 2000)),
  lstmBackward: both(lstm).flatMap((step: LstmStep) =>
    [undefined, 2000].map((norms) => (of) => of.lstmBackward(step, e, c, d, norms)),
  ),
  ...Object.fromEntries(
    ([3, 4] as const).flatMap((gates) => {
      const steps: GruStep[] = both({ ...gru, gates });
      return Object.entries({
        gruGates: steps.map((step) => (of: RecurrentKernels) => of.gruGates(step)),
        gruForward: steps.map((step) => (of: RecurrentKernels) => of.gruForward(step, b)),
        gruReplay: steps.map((step) => (of: RecurrentKernels) => of.gruReplay(step, b, 2000)),
        gruBackward: steps.flatMap((step) =>
          [undefined, 2000].map((norms) => (of: RecurrentKernels) => of.gruBackward(step, b, norms)),
        ),
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
      for (const [at, value] of slow.entries()) {
        // A few roundings of float32 apart, relative to the value.
        expect(Math.abs((fast[at] as number) - value), `at ${at}`).toBeLessThanOrEqual(
          1e-6 * Math.max(1, Math.abs(value)),
        );
      }
    }
  });
});

describe.each([false, true])('steps taken again (twin: %s)', (refuse) => {
  /** The states of three steps, as two ways to take them leave them. */
  const twice = (run: (of: RecurrentKernels, again: boolean) => void): [Float32Array, Float32Array] => {
    refuseKernels(refuse);
    const of = recurrentKernels();
    const heap = of.reserve(size);
    fill(heap);
    run(of, false);
    const states = heap.slice(a, size);
    // All but the states before the first step, and their masks and gates, which are in front.
    for (const from of [a, c]) heap.fill(Number.NaN, from + rows * width, from + 4 * rows * width);
    run(of, true);
    return [states, heap.slice(a, size)];
  };
  // States of four times, one after the other; masks of three steps, of which the first five are the first step's.
  const state = rows * width;
  const steps = [0, 1, 2];

  test.each([true, false])(
    'have the states of an LSTM to the last bit, all at once (hard gates: %s)',
    (hard) => {
      const [first, again] = twice((of, isAgain) => {
        const at = (time: number): LstmStep => ({
          ...{ z: z + time * 4 * state, rows, width, hard, mask: time * rows },
          ...{ cBefore: a + time * state, c: a + (time + 1) * state },
        });
        if (isAgain) of.lstmReplay({ ...at(0), rows: 3 * rows }, c, c + state, 2000, undefined);
        else for (const time of steps) of.lstmForward(at(time), c + time * state, c + (time + 1) * state);
      });
      expect(again.subarray(0, 4 * state)).toEqual(first.subarray(0, 4 * state));
      expect(again.subarray(c - a, c - a + 4 * state)).toEqual(first.subarray(c - a, c - a + 4 * state));
    },
  );

  test.each([3, 4] as const)('have the states of a GRU of %d gates to the last bit, all at once', (gates) => {
    const [first, again] = twice((of, isAgain) => {
      const at = (time: number): GruStep => ({
        ...{ z: z + time * gates * state, rows, width, hard: false, mask: time * rows },
        ...{ gates, hBefore: a + time * state },
      });
      if (isAgain) of.gruReplay({ ...at(0), rows: 3 * rows }, a + state, undefined);
      else {
        for (const time of steps) {
          of.gruGates(at(time));
          of.gruForward(at(time), a + (time + 1) * state);
        }
      }
    });
    expect(again.subarray(0, 4 * state)).toEqual(first.subarray(0, 4 * state));
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
