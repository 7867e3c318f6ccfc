import { oneHot, randomUniform, type Tensor, tidy, train } from '@tensorflow/tfjs-core';
import { initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';

/** A training problem whose data and first weights are the same at every call. */
export interface Training {
  readonly name: string;
  /**
   * Pairs of single turns that a bench takes, by backend: the shorter a step, the more. Cpu only where wasm cannot train or a
   * step is short, since the rest of a long step there hides whatever is measured.
   */
  readonly pairs: Readonly<Partial<Record<'cpu' | 'wasm', number>>>;
  build(): LayersModel;
  batch(): { readonly x: Tensor; readonly y: Tensor };
}

const seeded = (seed: number) => initializers.heUniform({ seed });
const uniform = (shape: number[], seed: number): Tensor => randomUniform(shape, 0, 1, 'float32', seed);
const labels = (count: number, classes: number): Tensor =>
  tidy(() => oneHot(randomUniform([count], 0, classes, 'int32', 2), classes));

/**
 * Far too small to train, so that all variants compute with the same numbers however often each is called. A model that
 * converges has moments that decay into subnormal numbers, on which processors are many times slower.
 */
const learningRate = 1e-8;

function compiled(stack: layers.Layer[], loss: string): LayersModel {
  const model = sequential({ layers: stack });
  model.compile({ optimizer: train.adam(learningRate, 0.9, 0.999, 1e-7), loss });
  return model;
}

function perceptron(
  name: string,
  batch: number,
  units: readonly number[],
  pairs: Training['pairs'],
): Training {
  const [inputs = 1, ...widths] = units;
  const outputs = widths.at(-1) ?? 1;
  const classifies = outputs > 1;
  return {
    name,
    pairs,
    build: () =>
      compiled(
        widths.map((width, index) => {
          const last = index === widths.length - 1;
          const activation = last ? (classifies ? 'softmax' : 'linear') : 'relu';
          const input = index === 0 ? { inputShape: [inputs] } : {};
          return layers.dense({ units: width, activation, kernelInitializer: seeded(index + 1), ...input });
        }),
        classifies ? 'categoricalCrossentropy' : 'meanSquaredError',
      ),
    batch: () => ({
      x: uniform([batch, inputs], 1),
      y: classifies ? labels(batch, outputs) : uniform([batch, 1], 2),
    }),
  };
}

export const mlp512: Training = perceptron('MLP 784-512-512-10 b64', 64, [784, 512, 512, 10], {
  wasm: 24,
});
export const mlp128: Training = perceptron('MLP 784-5x128-10 b32', 32, [784, 128, 128, 128, 128, 128, 10], {
  wasm: 100,
});
export const mlp64: Training = perceptron('MLP 32-64-64-1 b32', 32, [32, 64, 64, 1], { wasm: 300, cpu: 300 });

export const lstm128: Training = {
  name: 'LSTM T30 B32 H128',
  pairs: { wasm: 8 },
  build: () =>
    compiled(
      [
        layers.lstm({
          units: 128,
          inputShape: [30, 32],
          kernelInitializer: seeded(1),
          recurrentInitializer: seeded(2),
        }),
        layers.dense({ units: 1, kernelInitializer: seeded(3) }),
      ],
      'meanSquaredError',
    ),
  batch: () => ({ x: uniform([32, 30, 32], 1), y: uniform([32, 1], 2) }),
};

/** Only on cpu: wasm has no gradient of a convolution. */
export const conv: Training = {
  name: 'Conv 28x28-8-16-10 b16',
  pairs: { cpu: 8 },
  build: () =>
    compiled(
      [
        layers.conv2d({
          filters: 8,
          kernelSize: 3,
          activation: 'relu',
          inputShape: [28, 28, 1],
          kernelInitializer: seeded(1),
        }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu', kernelInitializer: seeded(2) }),
        layers.flatten(),
        layers.dense({ units: 10, activation: 'softmax', kernelInitializer: seeded(3) }),
      ],
      'categoricalCrossentropy',
    ),
  batch: () => ({ x: uniform([16, 28, 28, 1], 1), y: labels(16, 10) }),
};
