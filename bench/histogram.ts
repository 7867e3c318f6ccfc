import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { dispose, randomNormal, setBackend, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { stats } from '../src/index.js';
import { refuseKernels } from '../src/kernels/instantiate.js';
import type { Bench, BenchCase } from './harness/measure.js';
import { oneHotBins } from './harness/peers.js';

const sizes = [2 ** 14, 2 ** 18, 2 ** 20, 2 ** 22];
/** One size for the one-hot way: its temporaries are thirty times as large as the tensor. */
const oneHotSize = 2 ** 18;

/** What a step of MLP 784-512-512-10 brings: its kernels and biases. */
const ofModel = [784 * 512, 512, 512 * 512, 512, 512 * 10, 10];

/** The same, about normal numbers of a gradient's size at every call. */
function gradient(size: number): Float32Array {
  const values = tidy(() => randomNormal([size], 0, 0.01, 'float32', 1).dataSync());
  return Float32Array.from(values);
}

/** What one writes by hand: statistics and the range in one loop, 64 even bins in another. */
function forLoop(values: Float32Array): readonly number[] {
  let total = 0;
  let squares = 0;
  let absolute = 0;
  let low = Infinity;
  let high = -Infinity;
  let zeros = 0;
  let nonFinite = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) {
      nonFinite++;
      continue;
    }
    total += value;
    squares += value * value;
    absolute += Math.abs(value);
    if (value < low) low = value;
    if (value > high) high = value;
    if (value === 0) zeros++;
  }
  const counts: number[] = new Array(64).fill(0);
  const width = (high - low) / 64;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) counts[Math.min(63, Math.floor((value - low) / width))]!++;
  }
  return [total, squares, absolute, low, high, zeros, nonFinite, ...counts];
}

const onePass = (tensors: readonly Float32Array[]) => ({
  'one pass (wasm)': () => {
    for (const values of tensors) stats.summarize(values, { histogram: true });
  },
  'one pass (twin)': () => {
    refuseKernels(true);
    for (const values of tensors) stats.summarize(values, { histogram: true });
    refuseKernels(false);
  },
});

/** Next to copying, and to what one writes by hand. */
function* onArrays(name: string, sizes: readonly number[]): Generator<BenchCase> {
  const tensors = sizes.map(gradient);
  const targets = sizes.map((size) => new Float32Array(size));
  const baselines = {
    memcpy: () => {
      for (const [index, target] of targets.entries()) target.set(tensors[index]!);
    },
    'for-loop 64 bins': () => {
      for (const values of tensors) forLoop(values);
    },
  };
  for (const [baseline, run] of Object.entries(baselines)) {
    yield { case: name, backend: 'none', baseline, variants: { [baseline]: run, ...onePass(tensors) } };
  }
}

function againstOneHot(backend: string): BenchCase {
  const tensor = tensor1d(gradient(oneHotSize));
  return {
    case: `${oneHotSize} elements`,
    backend,
    baseline: 'one-hot 30 bins',
    variants: {
      'one-hot 30 bins': () => oneHotBins(tensor),
      ...onePass([Float32Array.from(tensor.dataSync())]),
    },
    pairs: 11,
    dispose: () => dispose(tensor),
  };
}

const histogram: Bench = {
  summary: 'Statistics and histogram of one tensor, next to copying it and to other ways of counting',
  async *cases() {
    await setBackend('cpu');
    for (const size of sizes) yield* onArrays(`${size} elements`, [size]);
    yield* onArrays('gradients of MLP 784-512-512-10', ofModel);
    for (const backend of ['cpu', 'wasm']) {
      await setBackend(backend);
      yield againstOneHot(backend);
    }
  },
};

export default histogram;
