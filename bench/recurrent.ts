import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  dispose,
  memory,
  randomUniform,
  setBackend,
  type Tensor,
  tensor3d,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { type LayersModel, sequential, layers as tfLayers } from '@tensorflow/tfjs-layers';
import brain from 'brain.js';
import { layers, watch } from '../src/index.js';
import type { Bench, BenchCase, BenchRow } from './harness/measure.js';
import { inChromium } from './recurrent/in-chromium.js';
import {
  type Cell,
  fused,
  inputOf,
  lossAndGradients,
  nameOf,
  optionsOf,
  peer,
  type Size,
} from './recurrent/models.js';

interface Case extends Size {
  /** Taken at once where one is so short that it would be charged with the garbage of the peer's before it. */
  readonly steps: number;
  /** Of wasm: the longer a step, the fewer. */
  readonly pairs: number;
  /** Single steps, since a monitor's share is small: many of them tell it from noise. */
  readonly watchedPairs: number;
}

const sizes: readonly Case[] = [
  { time: 50, batch: 32, inputs: 8, units: 32, steps: 6, pairs: 9, watchedPairs: 1500 },
  { time: 100, batch: 32, inputs: 32, units: 64, steps: 2, pairs: 5, watchedPairs: 300 },
  { time: 100, batch: 64, inputs: 64, units: 128, steps: 1, pairs: 5, watchedPairs: 80 },
  { time: 28, batch: 128, inputs: 28, units: 128, steps: 1, pairs: 5, watchedPairs: 150 },
];

/** Where either the calls or the weights are all that counts. */
const extremes: readonly Case[] = [
  { time: 1, batch: 1, inputs: 1, units: 1, steps: 100, pairs: 15, watchedPairs: 0 },
  { time: 1, batch: 1, inputs: 64, units: 1024, steps: 1, pairs: 5, watchedPairs: 0 },
  { time: 8, batch: 8, inputs: 64, units: 1024, steps: 1, pairs: 3, watchedPairs: 0 },
];

/** For GPUs in software. */
const small: Size = { time: 28, batch: 32, inputs: 8, units: 32 };

const trainStep = (model: LayersModel, x: Tensor) => (): void => dispose(lossAndGradients(model, x));

const forwardStep = (model: LayersModel, x: Tensor) => (): void => {
  tidy(() => {
    model.apply(x);
  });
};

const times = (count: number, step: () => void) => (): void => {
  for (let i = 0; i < count; i++) step();
};

function compare(cell: Cell, what: 'train' | 'forward', size: Case, backend: string): BenchCase {
  const x = inputOf(size);
  const theirs = peer(cell, size);
  const ours = fused(cell, size, theirs);
  const baseline = `tf.layers.${cell}`;
  const one = what === 'train' ? trainStep : forwardStep;
  const onWasm = backend === 'wasm';
  const count = !onWasm ? 1 : what === 'train' ? size.steps : 4 * size.steps;
  return {
    case: nameOf(size),
    backend,
    baseline,
    pairs: onWasm ? size.pairs : 2,
    warmupMs: onWasm ? 300 : 1,
    variants: {
      [baseline]: times(count, one(theirs, x)),
      [`${cell} ${what}`]: times(count, one(ours, x)),
    },
    dispose() {
      for (const model of [theirs, ours]) model.dispose();
      x.dispose();
    },
  };
}

/** The peer with its own default, beside the peer of all other rows. */
function hardSigmoid(cell: Cell, size: Case): BenchCase {
  const x = inputOf(size);
  const [soft, hard] = [peer(cell, size), peer(cell, size, 'hardSigmoid')];
  const baseline = `tf.layers.${cell}`;
  return {
    case: nameOf(size),
    backend: 'wasm',
    baseline,
    pairs: 1,
    warmupMs: 1,
    variants: {
      [baseline]: trainStep(soft, x),
      [`${baseline} train, hardSigmoid`]: trainStep(hard, x),
    },
    dispose() {
      for (const model of [soft, hard]) model.dispose();
      x.dispose();
    },
  };
}

/**
 * A usual step of `model.fit` with and without a monitor that records the gradient through time: steps whose layers are tapped,
 * and every sixteenth, which makes the records, are too few for the median.
 */
function watched(size: Case): BenchCase {
  const x = inputOf(size);
  const y = randomUniform([size.batch, size.units], -1, 1, 'float32', 2);
  const step = (isWatched: boolean) => {
    const model = sequential({ layers: [layers.lstm(optionsOf(size))] });
    model.compile({ optimizer: train.sgd(1e-6), loss: 'meanSquaredError' });
    if (isWatched) watch(model, { quiet: true });
    return async () => {
      await model.trainOnBatch(x, y);
    };
  };
  return {
    case: `${nameOf(size)}, watched`,
    backend: 'wasm',
    baseline: 'unwatched',
    pairs: size.watchedPairs,
    // Of what a step calls but once, the compiler takes thousands of steps to optimise.
    warmupMs: 10000,
    sampleMs: 0,
    variants: {
      unwatched: step(false),
      'unwatched again': step(false),
      'watch, with throughTime': step(true),
    },
  };
}

/** Bytes that wait for the backward pass, over those of tfjs. */
function retained(cell: Cell, size: Size): BenchRow {
  const x = inputOf(size);
  const theirs = peer(cell, size);
  const ours = fused(cell, size, theirs);
  const bytesOf = (model: LayersModel): number => {
    const before = memory().numBytes;
    let held = 0;
    const tensors = lossAndGradients(model, x, () => {
      held = memory().numBytes - before;
    });
    dispose(tensors);
    return held;
  };
  const ratio = Number((bytesOf(ours) / bytesOf(theirs)).toFixed(4));
  const names = { variant: `${cell} retained bytes`, baseline: `tf.layers.${cell}` };
  return {
    bench: 'recurrent',
    case: nameOf(size),
    backend: 'wasm',
    ...names,
    ratio,
    low: ratio,
    high: ratio,
  };
}

/** The peer's own task: the next number of short sequences, one pass over all of them. */
function brainJs(): BenchCase {
  const [count, time, units] = [16, 10, 20];
  const sequences = Array.from({ length: count }, (_, phase) =>
    Array.from({ length: time + 1 }, (_, at) => 0.5 + 0.4 * Math.sin(phase + at / 2)),
  );
  const net = new brain.recurrent.LSTMTimeStep({ inputSize: 1, hiddenLayers: [units], outputSize: 1 });
  const [x, y] = [0, 1].map((from) =>
    tensor3d(sequences.map((sequence) => sequence.slice(from, from + time).map((value) => [value]))),
  ) as [Tensor, Tensor];
  const model = sequential({
    layers: [
      layers.lstm({ units, inputShape: [time, 1], returnSequences: true }),
      tfLayers.dense({ units: 1 }),
    ],
  });
  model.compile({ optimizer: train.adam(1e-3), loss: 'meanSquaredError' });
  return {
    case: `${count} sequences of ${time}, H${units}`,
    backend: 'wasm',
    baseline: 'brain.js LSTMTimeStep',
    pairs: 15,
    variants: {
      'brain.js LSTMTimeStep': () => {
        net.train(sequences, { iterations: 1, errorThresh: 0 });
      },
      'lstm train': async () => {
        await model.trainOnBatch(x, y);
      },
    },
  };
}

const recurrent: Bench = {
  summary: 'What fused LSTM and GRU layers take of the time and memory of those of tfjs',
  async *cases() {
    await setBackend('wasm');
    for (const cell of ['lstm', 'gru'] as const) {
      for (const what of ['train', 'forward'] as const) {
        for (const size of sizes) yield compare(cell, what, size, 'wasm');
      }
    }
    for (const what of ['train', 'forward'] as const) {
      for (const size of extremes) yield compare('lstm', what, size, 'wasm');
    }
    for (const size of sizes) yield watched(size);
    yield brainJs();
    for (const cell of ['lstm', 'gru'] as const) for (const size of sizes) yield hardSigmoid(cell, size);
    await setBackend('cpu');
    for (const size of sizes) yield compare('lstm', 'train', size, 'cpu');
    // The peer takes ten seconds a step at the others.
    for (const size of [sizes[0], sizes[3]]) if (size) yield compare('gru', 'train', size, 'cpu');
  },
  async *rows() {
    await setBackend('wasm');
    for (const cell of ['lstm', 'gru'] as const) {
      for (const size of sizes) yield retained(cell, size);
    }
    const onGpus = (['webgl', 'webgpu'] as const).flatMap((backend) =>
      (['lstm', 'gru'] as const).map((cell) => ({ backend, cell, size: small, pairs: 5 })),
    );
    yield* inChromium(onGpus);
  },
};

export default recurrent;
