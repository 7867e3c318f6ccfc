import * as tf from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { createReadQueue } from '../../src/watch/read-queue.js';

test('what arrives during a read is read in one piece, and handed on in order', async () => {
  const reads = vi.spyOn(tf.backend(), 'read');
  const queue = createReadQueue();
  const before = tf.memory().numTensors;
  const first = queue.read(tf.tensor1d([1]));
  await Promise.resolve();
  expect(reads).toHaveBeenCalledTimes(1);
  const asked = [
    first,
    ...[
      [2, 3],
      [4, 5, 6],
    ].map((values) => queue.read(tf.tensor1d(values))),
  ];
  const order: number[] = [];
  for (const [index, read] of asked.entries()) void read.then(() => order.push(index));
  expect((await Promise.all(asked)).map((values) => [...values])).toEqual([[1], [2, 3], [4, 5, 6]]);
  expect(order).toEqual([0, 1, 2]);
  expect(reads).toHaveBeenCalledTimes(2);
  await vi.waitFor(() => expect(queue.waiting).toBe(0));
  expect(tf.memory().numTensors).toBe(before);
  reads.mockRestore();
});

test('what is asked for at once is read in one piece', async () => {
  const reads = vi.spyOn(tf.backend(), 'read');
  const queue = createReadQueue();
  const asked = [[1], [2, 3]].map((values) => queue.read(tf.tensor1d(values)));
  expect(queue.waiting).toBe(3);
  expect((await Promise.all(asked)).map((values) => [...values])).toEqual([[1], [2, 3]]);
  expect(reads).toHaveBeenCalledTimes(1);
  reads.mockRestore();
});

test('a read that fails fails alone: its tensor goes, and the next one works', async () => {
  const reads = vi.spyOn(tf.backend(), 'read').mockRejectedValueOnce(new Error('device lost'));
  const queue = createReadQueue();
  const before = tf.memory().numTensors;
  const lost = expect(queue.read(tf.tensor1d([1]))).rejects.toThrow('device lost');
  await Promise.resolve();
  expect(reads).toHaveBeenCalledTimes(1);
  const next = queue.read(tf.tensor1d([2]));
  await lost;
  expect([...(await next)]).toEqual([2]);
  await vi.waitFor(() => expect(queue.waiting).toBe(0));
  expect(tf.memory().numTensors).toBe(before);
  reads.mockRestore();
});
