import * as tf from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { createReadQueue } from '../../src/watch/read-queue.js';

test('what arrives during a read is read in one piece, and handed on in order', async () => {
  const reads = vi.spyOn(tf.backend(), 'read');
  const queue = createReadQueue();
  const before = tf.memory().numTensors;
  const asked = [[1], [2, 3], [4, 5, 6]].map((values) => queue.read(tf.tensor1d(values)));
  expect(queue.waiting).toBe(6);
  const order: number[] = [];
  for (const [index, read] of asked.entries()) void read.then(() => order.push(index));
  expect((await Promise.all(asked)).map((values) => [...values])).toEqual([[1], [2, 3], [4, 5, 6]]);
  expect(order).toEqual([0, 1, 2]);
  expect(reads).toHaveBeenCalledTimes(2);
  await vi.waitFor(() => expect(queue.waiting).toBe(0));
  expect(tf.memory().numTensors).toBe(before);
  reads.mockRestore();
});

test('a read that fails fails alone: its tensor goes, and the next one works', async () => {
  const reads = vi.spyOn(tf.backend(), 'read').mockRejectedValueOnce(new Error('device lost'));
  const queue = createReadQueue();
  const before = tf.memory().numTensors;
  const [lost, next] = [queue.read(tf.tensor1d([1])), queue.read(tf.tensor1d([2]))];
  await expect(lost).rejects.toThrow('device lost');
  expect([...(await next)]).toEqual([2]);
  await vi.waitFor(() => expect(queue.waiting).toBe(0));
  expect(tf.memory().numTensors).toBe(before);
  reads.mockRestore();
});
