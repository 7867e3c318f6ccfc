import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { hostAverage, hostLimit, hostLook } from '../../src/clip/host-spikes.js';
import './backends.js';

/** Elements in fours, a rest of one, and what each is: usual, at its limit, beyond it, without history, vast or no number. */
const usual = [1, -2, 3, -4, 5, -6, 7, -8, 9];
const squares = usual.map((value) => value * value);
const factor = 2;
const kinds: Readonly<Record<string, { value(at: number): number; square?: number; seen: number }>> = {
  'at its limit': { value: (at) => 2 * (usual[at] ?? 0), seen: 1 },
  'beyond its limit': { value: (at) => 3 * (usual[at] ?? 0), seen: 0 },
  'without history': { value: () => 1000, square: 0, seen: 1 },
  'vast without history': { value: () => -2e18, square: 0, seen: 0 },
  'vast within its limit': { value: () => 2e18, square: 3e38, seen: 0 },
  NaN: { value: () => Number.NaN, seen: Number.NaN },
  infinite: { value: () => -Infinity, seen: Number.NaN },
};

const read = (tensor: tf.Tensor | undefined): number[] => [...(tensor?.dataSync() ?? [])];

describe.each(['cpu', 'wasm'])('the kernels of spikeClip on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test.each(Object.entries(kinds))(
    'see one element that is %s at any place',
    (_, { value, square, seen }) => {
      for (const at of usual.keys()) {
        const values = tf.tensor1d(replaced(usual, at, value(at)));
        const history = tf.tensor1d(replaced(squares, at, square ?? squares[at] ?? 0));
        expect(read(hostLook([values, history, tf.scalar(factor)], [], {}))).toEqual([seen]);
      }
    },
  );

  test('limit an element to the factor times the root of its mean square, on its own side', () => {
    for (const at of usual.keys()) {
      const values = tf.tensor1d(replaced(usual, at, 3 * (usual[at] ?? 0)));
      const limited = read(
        hostLimit([values, tf.tensor1d(squares), tf.scalar(factor), tf.scalar(0)], [9], {}),
      );
      expect(limited).toEqual(replaced(usual, at, 2 * (usual[at] ?? 0)));
    }
  });

  test('hand on a gradient without spikes, and squares that are to stay, without a copy', () => {
    const values = tf.tensor1d(usual);
    const history = tf.tensor1d(squares);
    const [plain, zero] = [tf.scalar(1), tf.scalar(0)];
    const { numDataBuffers } = tf.memory();
    hostLimit([values, history, tf.scalar(factor), plain], [9], {});
    hostAverage([history, values, zero, plain], [9], {});
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers + 1); // the factor
    hostLimit([values, history, zero, zero], [9], {});
    hostAverage([history, values, plain, plain], [9], {});
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers + 3);
  });

  test.each([0, 1])(
    'average squares, in fours where all are usual (%d), and forget what is no number',
    (seen) => {
      const values = [3, -1, 0, 2, 5, 8, -4, 1, 6];
      const averaged = (elements: number[]) =>
        read(
          hostAverage(
            [tf.tensor1d(squares), tf.tensor1d(elements), tf.scalar(0.25), tf.scalar(seen)],
            [9],
            {},
          ),
        );
      const expected = squares.map((square, i) => 0.75 * square + 0.25 * (values[i] ?? 0) ** 2);
      expect(averaged(values)).toEqual(expected);
      if (seen === 1) return;
      expect(averaged(replaced(values, 3, Infinity))).toEqual(replaced(expected, 3, 0.75 * 16));
      const [, second] = averaged(replaced(values, 1, 1e30));
      expect(second).toBe(Math.fround(0.75 * 4 + 0.25e36));
    },
  );
});

function replaced(values: readonly number[], at: number, value: number): number[] {
  return values.map((other, i) => (i === at ? value : other));
}
