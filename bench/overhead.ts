import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { dispose, oneHot, randomUniform, setBackend, tidy, train } from '@tensorflow/tfjs-core';
import { initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { clipByGlobalNorm, type Monitor, watch, withClipping } from '../src/index.js';
import type { Bench, BenchCase } from './harness/measure.js';

interface Shape {
  readonly name: string;
  readonly hidden: readonly number[];
  readonly batch: number;
}

const inputs = 784;
const classes = 10;
const shapes: readonly Shape[] = [
  { name: 'MLP 784-512-512-10 b64', hidden: [512, 512], batch: 64 },
  { name: 'MLP 784-5x128-10 b32', hidden: [128, 128, 128, 128, 128], batch: 32 },
];

/** The same weights at every call. */
function perceptron({ hidden }: Shape): LayersModel {
  const model = sequential();
  [...hidden, classes].forEach((units, index, all) => {
    const last = index === all.length - 1;
    model.add(
      layers.dense({
        units,
        activation: last ? 'softmax' : 'relu',
        kernelInitializer: initializers.heUniform({ seed: index + 1 }),
        ...(index === 0 && { inputShape: [inputs] }),
      }),
    );
  });
  return model;
}

/** One training step on one batch, in each of the ways that are compared; each trains a model of its own. */
function trainingSteps(shape: Shape, backend: string): BenchCase {
  const x = randomUniform([shape.batch, inputs], 0, 1, 'float32', 1);
  const y = tidy(() => oneHot(randomUniform([shape.batch], 0, classes, 'int32', 2), classes));
  const models: LayersModel[] = [];
  const monitors: Monitor[] = [];
  const step = (prepare: (model: LayersModel) => void): (() => Promise<void>) => {
    const model = perceptron(shape);
    model.compile({ optimizer: train.adam(1e-4, 0.9, 0.999, 1e-7), loss: 'categoricalCrossentropy' });
    prepare(model);
    models.push(model);
    return async () => {
      await model.trainOnBatch(x, y);
    };
  };
  return {
    case: shape.name,
    backend,
    baseline: 'unwatched',
    variants: {
      unwatched: step(() => {}),
      clipByGlobalNorm: step((model) => {
        withClipping(model.optimizer, clipByGlobalNorm(1));
      }),
      watch: step((model) => {
        monitors.push(watch(model, { quiet: true }));
      }),
    },
    async dispose() {
      for (const monitor of monitors) await monitor.stop();
      for (const model of models) model.dispose();
      dispose([x, y]);
    },
  };
}

const overhead: Bench = {
  summary: 'What clipping and watching add to the CPU time of a training step',
  async *cases() {
    for (const backend of ['cpu', 'wasm']) {
      await setBackend(backend);
      for (const shape of shapes) yield trainingSteps(shape, backend);
    }
  },
};

export default overhead;
