import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  dispose,
  mul,
  randomNormal,
  type Scalar,
  setBackend,
  sum,
  type Tensor,
  tensor1d,
  train,
  variable,
} from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { watch } from '../src/index.js';
import { hostGauge } from '../src/watch/gauge-host.js';
import type { Bench, BenchCase, BenchRow } from './harness/measure.js';

const PARAMETERS = 10_000_000;

/** What a step of watching does to ten million parameters, in tensors of different sizes. */
function perParameter(backend: string): BenchCase {
  const tensors: Tensor[] = [];
  const gauge = hostGauge();
  const inTensorsOf = (size: number): (() => void) => {
    const [before, after, gradient] = [1, 2, 3].map((seed) => randomNormal([size], 0, 1, 'float32', seed));
    tensors.push(before!, after!, gradient!);
    return () => {
      for (let done = 0; done < PARAMETERS; done += size) {
        gauge.stats(gradient!, true);
        gauge.change(before!, after!);
      }
    };
  };
  return {
    case: '1e7 parameters',
    backend,
    baseline: 'tensors of 1e5',
    variants: {
      'tensors of 1e4': inTensorsOf(10_000),
      'tensors of 1e5': inTensorsOf(100_000),
      'tensors of 1e6': inTensorsOf(1_000_000),
      'tensors of 1e7': inTensorsOf(10_000_000),
    },
    dispose: () => dispose(tensors),
  };
}

/** The same 80,000 parameters in few layers and in many: one watched step against one unwatched. */
function byDepth(depth: number): BenchCase {
  const width = Math.round(Math.sqrt(80_000 / depth));
  const x = randomNormal([32, width], 0, 1, 'float32', 1);
  const step = (watched: boolean) => {
    const model = sequential({
      layers: Array.from({ length: depth }, (_, index) =>
        layers.dense({
          units: width,
          activation: 'relu',
          kernelInitializer: initializers.heUniform({ seed: index + 1 }),
          ...(index === 0 && { inputShape: [width] }),
        }),
      ),
    });
    model.compile({ optimizer: train.sgd(1e-6), loss: 'meanSquaredError' });
    if (watched) watch(model, { quiet: true, histograms: 1 });
    return async () => {
      await model.trainOnBatch(x, x);
    };
  };
  return {
    case: `${depth} layers of ${width}`,
    backend: 'wasm',
    baseline: 'unwatched',
    variants: { unwatched: step(false), 'full record': step(true) },
  };
}

const HEAP_STEPS = [10_000, 100_000] as const;

/** Heap after many watched steps over that after fewer: bounded history must keep it flat. */
async function heapGrowth(backend: string): Promise<BenchRow> {
  const weight = variable(tensor1d([1, 2, 3]));
  const optimizer = train.sgd(1e-9);
  const monitor = watch(optimizer, { quiet: true });
  const heaps: number[] = [];
  let step = 0;
  for (const until of HEAP_STEPS) {
    for (; step < until; step++)
      optimizer.minimize(() => sum(mul(weight, weight)) as Scalar, false, [weight]);
    await monitor.flush();
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed);
  }
  await monitor.stop();
  const [before = 1, after = 1] = heaps;
  const ratio = Number((after / before).toFixed(4));
  const growthMb = Number(((after - before) / 2 ** 20).toFixed(3));
  const [from, to] = HEAP_STEPS;
  return {
    bench: 'scale',
    case: `heap from step ${from} to ${to}: ${growthMb} MB`,
    backend,
    variant: `heap at step ${to}`,
    baseline: `heap at step ${from}`,
    ratio,
    low: ratio,
    high: ratio,
  };
}

const scale: Bench = {
  summary: 'How the cost of watching grows with parameters, layers and steps',
  async *cases() {
    for (const backend of ['wasm', 'cpu']) {
      await setBackend(backend);
      yield perParameter(backend);
    }
    await setBackend('wasm');
    for (const depth of [5, 20, 50, 200]) yield byDepth(depth);
  },
  async *rows() {
    for (const backend of ['wasm', 'cpu']) {
      await setBackend(backend);
      yield await heapGrowth(backend);
    }
  },
};

export default scale;
