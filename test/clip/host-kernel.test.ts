import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { defineHostKernel, defineManyOutputKernel } from '../../src/clip/host-kernel.js';
import './backends.js';

const plus = defineHostKernel<{ addend: number }>({
  name: 'TestPlus',
  isIdentity: (_, { addend }) => addend === 0,
  compute(output, [values = output], { addend }) {
    for (let i = 0; i < output.length; i++) output[i] = (values[i] ?? 0) + addend;
  },
});

const onlyCpu = defineHostKernel({
  name: 'TestOnlyCpu',
  backends: ['cpu'],
  compute: (output) => output.fill(1),
});

const times = defineHostKernel({
  name: 'TestTimes',
  instead: { wasm: 'Multiply' },
  isIdentity: ([, factor]) => factor?.[0] === 1,
  compute: (output) => output.fill(-1),
});

const parts = defineManyOutputKernel({
  name: 'TestParts',
  compute(outputs, [values = new Float32Array(0)]) {
    for (const [i, value] of values.entries()) {
      (outputs[0] as Float32Array)[i] = Math.floor(value);
      (outputs[1] as Float32Array)[i] = value % 1;
    }
  },
});

describe.each(['cpu', 'wasm'])('a host kernel on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('fills an output of the shape asked for', () => {
    const sum = plus([tf.tensor1d([1, 2, 3, 4])], [2, 2], { addend: 10 });
    expect(sum?.shape).toEqual([2, 2]);
    expect([...(sum?.dataSync() ?? [])]).toEqual([11, 12, 13, 14]);
  });

  test('fills an output for each of several shapes', () => {
    const [whole, rest] = parts([tf.tensor1d([1.5, 2.25])], [[2], [2, 1]], {}) ?? [];
    expect([whole?.shape, rest?.shape]).toEqual([[2], [2, 1]]);
    expect([...(whole?.dataSync() ?? []), ...(rest?.dataSync() ?? [])]).toEqual([1, 2, 0.5, 0.25]);
  });

  test('hands on its input without a copy where that is the result, and outlives it', () => {
    const input = tf.tensor1d([1, 2]);
    const { numDataBuffers } = tf.memory();
    const same = plus([input], [2], { addend: 0 });
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
    input.dispose();
    expect([...(same?.dataSync() ?? [])]).toEqual([1, 2]);
  });

  test('takes tensors that another backend made', async () => {
    await tf.setBackend(backend === 'cpu' ? 'wasm' : 'cpu');
    const input = tf.tensor1d([1, 2]);
    await tf.setBackend(backend);
    expect([...(plus([input], [2], { addend: 1 })?.dataSync() ?? [])]).toEqual([2, 3]);
  });

  test('reads the right memory after an output that made the heap grow', () => {
    const input = tf.fill([2 ** 23], 2);
    const outputs = Array.from({ length: 4 }, () => plus([input], [2 ** 23], { addend: 1 }));
    expect(outputs.map((output) => output && tf.max(output).dataSync()[0])).toEqual([3, 3, 3, 3]);
    tf.dispose([input, ...outputs.filter((output) => output !== undefined)]);
  });
});

test('a host kernel leaves other backends to the caller', async () => {
  await tf.setBackend('composed');
  expect(plus([tf.tensor1d([1])], [1], { addend: 1 })).toBeUndefined();
  await tf.setBackend('wasm');
  expect(onlyCpu([], [1], {})).toBeUndefined();
  await tf.setBackend('cpu');
  expect(onlyCpu([], [1], {})?.dataSync()[0]).toBe(1);
});

test('a host kernel leaves a backend to the kernel of tfjs that is faster there, except where the input is the result', async () => {
  const scaled = (factor: number): tf.Tensor | undefined =>
    times([tf.tensor1d([1, 2]), tf.scalar(factor)], [2], {});
  await tf.setBackend('wasm');
  expect([...(scaled(3)?.dataSync() ?? [])]).toEqual([3, 6]);
  const { numDataBuffers } = tf.memory();
  const same = scaled(1);
  expect(tf.memory().numDataBuffers).toBe(numDataBuffers + 2); // its two inputs
  expect([...(same?.dataSync() ?? [])]).toEqual([1, 2]);
  await tf.setBackend('cpu');
  expect([...(scaled(3)?.dataSync() ?? [])]).toEqual([-1, -1]);
});
