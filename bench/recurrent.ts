import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  dispose,
  memory,
  randomNormal,
  randomUniform,
  type Scalar,
  setBackend,
  square,
  sum,
  type Tensor,
  tidy,
  train,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type LayersModel, sequential, layers as tfLayers } from '@tensorflow/tfjs-layers';
import brain from 'brain.js';
import { layers, watch } from '../src/index.js';
import type { Bench, BenchCase, BenchRow } from './harness/measure.js';

type Cell = 'lstm' | 'gru';

interface Size {
  readonly time: number;
  readonly batch: number;
  readonly inputs: number;
  readonly units: number;
  /** Taken at once where one is so short that it would be charged with the garbage of the peer's before it. */
  readonly steps: number;
}

const sizes: readonly Size[] = [
  { time: 50, batch: 32, inputs: 8, units: 32, steps: 6 },
  { time: 100, batch: 32, inputs: 32, units: 64, steps: 2 },
  { time: 100, batch: 64, inputs: 64, units: 128, steps: 1 },
  { time: 28, batch: 128, inputs: 28, units: 128, steps: 1 },
];

const nameOf = ({ time, batch, inputs, units }: Size): string => `T${time} B${batch} I${inputs} H${units}`;

const inputOf = ({ batch, time, inputs }: Omit<Size, 'units' | 'steps'>): Tensor =>
  randomNormal([batch, time, inputs], 0, 1, 'float32', 1);

/** Gates by a sigmoid unless said otherwise, orthogonal weights left out: tfjs takes minutes to draw them. */
const options = (
  { time, inputs, units }: Size,
  recurrentActivation: 'sigmoid' | 'hardSigmoid' = 'sigmoid',
) => ({
  units,
  inputShape: [time, inputs],
  recurrentActivation,
  recurrentInitializer: 'glorotUniform',
});

const peer = (cell: Cell, size: Size, activation?: 'sigmoid' | 'hardSigmoid'): LayersModel =>
  sequential({ layers: [tfLayers[cell](options(size, activation))] });

/** The fused layer with the weights of its peer. */
function fused(cell: Cell, size: Size, from: LayersModel): LayersModel {
  const layer =
    cell === 'lstm' ? layers.lstm(options(size)) : layers.gru({ ...options(size), resetAfter: false });
  const model = sequential({ layers: [layer] });
  model.setWeights(from.getWeights());
  return model;
}

/** Loss, and the gradients of all weights. */
const trainStep = (model: LayersModel, x: Tensor) => (): void => {
  const loss = (): Scalar => sum(square(model.apply(x, { training: true }) as Tensor));
  const { value, grads } = variableGrads(loss);
  dispose([value, ...Object.values(grads)]);
};

const forwardStep = (model: LayersModel, x: Tensor) => (): void => {
  tidy(() => {
    model.apply(x);
  });
};

const times = (count: number, step: () => void) => (): void => {
  for (let i = 0; i < count; i++) step();
};

function compare(cell: Cell, what: 'train' | 'forward', size: Size, backend: string): BenchCase {
  const x = inputOf(size);
  const theirs = peer(cell, size);
  const hard = peer(cell, size, 'hardSigmoid');
  const ours = fused(cell, size, theirs);
  const baseline = `tf.layers.${cell}`;
  const one = what === 'train' ? trainStep : forwardStep;
  const count = what === 'train' ? size.steps : 4 * size.steps;
  const step = (model: LayersModel) => times(backend === 'wasm' ? count : 1, one(model, x));
  const onWasm = backend === 'wasm';
  return {
    case: nameOf(size),
    backend,
    baseline,
    pairs: onWasm ? (size.steps > 1 ? 9 : 5) : 3,
    warmupMs: onWasm ? 300 : 1,
    slow: [`${baseline} ${what}, hardSigmoid`],
    variants: {
      [baseline]: step(theirs),
      [`${cell} ${what}`]: step(ours),
      ...(onWasm && what === 'train' && { [`${baseline} ${what}, hardSigmoid`]: step(hard) }),
    },
    dispose() {
      for (const model of [theirs, hard, ours]) model.dispose();
      x.dispose();
    },
  };
}

/** A step of `model.fit` with and without a monitor that records the gradient through time. */
function watched(size: Size): BenchCase {
  const x = inputOf(size);
  const y = randomUniform([size.batch, size.units], -1, 1, 'float32', 2);
  const step = (isWatched: boolean) => {
    const model = sequential({ layers: [layers.lstm(options(size))] });
    model.compile({ optimizer: train.sgd(1e-6), loss: 'meanSquaredError' });
    if (isWatched) watch(model, { quiet: true });
    return async () => {
      await model.trainOnBatch(x, y);
    };
  };
  return {
    case: nameOf(size),
    backend: 'wasm',
    baseline: 'unwatched',
    variants: { unwatched: step(false), 'watch, with throughTime': step(true) },
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
    const { value, grads } = variableGrads(() => {
      const loss: Scalar = sum(square(model.apply(x, { training: true }) as Tensor));
      held = memory().numBytes - before;
      return loss;
    });
    dispose([value, ...Object.values(grads)]);
    return held;
  };
  const ratio = Number((bytesOf(ours) / bytesOf(theirs)).toFixed(4));
  const row = {
    variant: `${cell} retained bytes`,
    baseline: `tf.layers.${cell}`,
    ratio,
    low: ratio,
    high: ratio,
  };
  return { bench: 'recurrent', case: nameOf(size), backend: 'wasm', ...row };
}

/** The peer's own task: the next number of short sequences, one pass over all of them. */
function brainJs(): BenchCase {
  const [count, time, units] = [16, 10, 20];
  const sequences = Array.from({ length: count }, (_, phase) =>
    Array.from({ length: time + 1 }, (_, at) => 0.5 + 0.4 * Math.sin(phase + at / 2)),
  );
  const net = new brain.recurrent.LSTMTimeStep({ inputSize: 1, hiddenLayers: [units], outputSize: 1 });
  const x = inputOf({ batch: count, time, inputs: 1 });
  const y = randomUniform([count, time, 1], 0, 1, 'float32', 2);
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
    for (const size of sizes) yield watched(size);
    yield brainJs();
    await setBackend('cpu');
    for (const cell of ['lstm', 'gru'] as const) {
      for (const size of sizes) yield compare(cell, 'train', size, 'cpu');
    }
  },
  async *rows() {
    await setBackend('wasm');
    for (const cell of ['lstm', 'gru'] as const) {
      for (const size of sizes) yield retained(cell, size);
    }
  },
};

export default recurrent;
