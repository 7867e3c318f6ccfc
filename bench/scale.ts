import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  dispose,
  mul,
  randomNormal,
  type Scalar,
  setBackend,
  sum,
  tensor1d,
  train,
  variable,
} from '@tensorflow/tfjs-core';
import { initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { watch } from '../src/index.js';
import { type Bench, type BenchCase, type BenchRow, percentile } from './harness/measure.js';
import { clockOf } from './harness/within-step.js';

/** Weights of one layer, with its bias. */
const WIDTH = 316;
const PARAMETERS = WIDTH * (WIDTH + 1);
const DEPTHS = [1, 10, 100] as const;
const ROUNDS = 41;
/** In which the compiler optimises what a step calls but once. */
const SETTLING_ROUNDS = 20;

/**
 * What a full record adds to a step for each parameter: the same layer once, ten and a hundred times, 1e5 to 1e7 parameters.
 * In each round every depth trains as many steps as make a hundred layers, and what stands around the optimizer's own methods
 * counts: next to the steps themselves, of which most is the product of matrices, it is too small to be told by difference.
 * No garbage is collected by force: the steps right after it pay for memory that V8 gave back, most where a round has many.
 */
async function* perParameter(backend: string): AsyncIterable<BenchRow> {
  const x = randomNormal([8, WIDTH], 0, 1, 'float32', 1);
  const trainers = DEPTHS.map((depth) => {
    const model = stack(depth, WIDTH);
    const own = clockOf(model.optimizer, () => {
      const monitor = watch(model, { quiet: true, histograms: 1, activations: false });
      return () => monitor.stop();
    });
    return { depth, model, own };
  });
  const costs = new Map<number, number[]>(DEPTHS.map((depth) => [depth, []]));
  for (let round = -SETTLING_ROUNDS; round < ROUNDS; round++) {
    for (const { depth, model, own } of trainers) {
      own.take();
      for (let layers = 0; layers < DEPTHS[2]; layers += depth) await model.trainOnBatch(x, x);
      const ms = own.take();
      if (round >= 0) costs.get(depth)?.push(ms);
    }
    process.stderr.write(`\rscale: cost of a parameter on ${backend}: round ${round + 1} of ${ROUNDS} `);
  }
  process.stderr.write('\n');
  const base = percentile(costs.get(DEPTHS[0]) ?? [], 0.5);
  for (const depth of DEPTHS.slice(1)) {
    const ratio = (share: number): number =>
      Number((percentile(costs.get(depth) ?? [], share) / base).toFixed(4));
    yield {
      bench: 'scale',
      case: 'cost of a parameter',
      backend,
      variant: `${depth * PARAMETERS} parameters`,
      baseline: `${PARAMETERS} parameters`,
      ratio: ratio(0.5),
      low: ratio(0.1),
      high: ratio(0.9),
    };
  }
  for (const { model, own } of trainers) {
    await own.remove();
    model.dispose();
  }
  dispose(x);
}

function stack(depth: number, width: number): LayersModel {
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
  return model;
}

/** The same 80,000 parameters in few layers and in many: one watched step against one unwatched. */
function byDepth(depth: number): BenchCase {
  const width = Math.round(Math.sqrt(80_000 / depth));
  const x = randomNormal([32, width], 0, 1, 'float32', 1);
  const step = (watched: boolean) => {
    const model = stack(depth, width);
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
    await setBackend('wasm');
    for (const depth of [5, 20, 50, 200]) yield byDepth(depth);
  },
  async *rows() {
    for (const backend of ['wasm', 'cpu']) {
      await setBackend(backend);
      yield* perParameter(backend);
      yield await heapGrowth(backend);
    }
  },
};

export default scale;
