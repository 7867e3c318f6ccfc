import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** A small regression problem whose numbers are the same on every call. */
export const data = (rows = 32): { x: tf.Tensor2D; y: tf.Tensor2D } => ({
  x: tf.randomNormal([rows, 4], 0, 1, 'float32', 11) as tf.Tensor2D,
  y: tf.randomNormal([rows, 1], 0, 1, 'float32', 12) as tf.Tensor2D,
});

/** 4 -> 8 tanh -> 1, with the same weights on every call. */
export function mlp(): tfl.Sequential {
  const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
  return tfl.sequential({
    layers: [
      tfl.layers.dense({
        name: 'first',
        units: 8,
        inputShape: [4],
        activation: 'tanh',
        kernelInitializer: seeded(1),
      }),
      tfl.layers.dense({ name: 'last', units: 1, kernelInitializer: seeded(2) }),
    ],
  });
}

export const compiled = (optimizer: string | tf.Optimizer = 'sgd'): tfl.Sequential => {
  const model = mlp();
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
};

/** A data set in the shape that `fitDataset` asks for, without the package tfjs-data. */
export const dataset = (batches: number, { x, y }: { x: tf.Tensor; y: tf.Tensor }) => ({
  size: batches,
  iterator: async () => {
    let served = 0;
    return {
      next: async () =>
        served++ < batches
          ? { value: { xs: x.clone(), ys: y.clone() }, done: false }
          : { value: null, done: true },
    };
  },
});

export const weightsOf = async (model: tfl.LayersModel): Promise<Float32Array[]> =>
  Promise.all(model.getWeights().map(async (weight) => (await weight.data()).slice() as Float32Array));

export const optimizers: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.05),
  momentum: () => tf.train.momentum(0.05, 0.9),
  adagrad: () => tf.train.adagrad(0.05),
  adadelta: () => tf.train.adadelta(0.5),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01),
  rmsprop: () => tf.train.rmsprop(0.01, 0.9, 0.1),
};
