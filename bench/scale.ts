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
import { type Bench, type BenchCase, type BenchRow, percentile, processCpuMs } from './harness/measure.js';

/** Weights of one layer, with its bias. */
const WIDTH = 316;
const PARAMETERS = WIDTH * (WIDTH + 1);
const DEPTHS = [1, 10, 100] as const;
const ROUNDS = 41;

/**
 * What a full record adds to a step for each parameter: the same layer once, ten and a hundred times, 1e5 to 1e7 parameters.
 * In each round every depth trains as many steps as make a hundred layers, watched and unwatched in turn, and the difference
 * in CPU time counts.
 */
async function* perParameter(backend: string): AsyncIterable<BenchRow> {
  const x = randomNormal([8, WIDTH], 0, 1, 'float32', 1);
  const trainer = (depth: number, watched: boolean) => {
    const model = stack(depth, WIDTH);
    const monitor = watched ? watch(model, { quiet: true, histograms: 1, activations: false }) : undefined;
    return {
      async cpuMs() {
        const before = processCpuMs();
        for (let layers = 0; layers < DEPTHS[2]; layers += depth) await model.trainOnBatch(x, x);
        return processCpuMs() - before;
      },
      async dispose() {
        await monitor?.stop();
        model.dispose();
      },
    };
  };
  const pairs = DEPTHS.map((depth) => ({ depth, plain: trainer(depth, false), full: trainer(depth, true) }));
  const costs = new Map<number, number[]>(DEPTHS.map((depth) => [depth, []]));
  for (let round = -5; round < ROUNDS; round++) {
    for (const { depth, plain, full } of pairs) {
      globalThis.gc?.();
      const [first, second] = round % 2 === 0 ? [plain, full] : [full, plain];
      const [firstMs, secondMs] = [await first.cpuMs(), await second.cpuMs()];
      if (round >= 0) costs.get(depth)?.push(first === full ? firstMs - secondMs : secondMs - firstMs);
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
  for (const { plain, full } of pairs) {
    await plain.dispose();
    await full.dispose();
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
