import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  clipByGlobalNorm,
  initializers,
  type PreflightReport,
  preflight,
  type Report,
  type WatchOptions,
  watch,
} from 'gradient-health';

interface Net {
  readonly hidden: number;
  readonly activation: 'sigmoid' | 'relu';
  readonly initializer: (seed: number) => ReturnType<typeof tfl.initializers.glorotUniform>;
  readonly output: 'sigmoid' | 'linear';
  readonly loss: 'binaryCrossentropy' | 'meanSquaredError';
  readonly optimizer: tf.Optimizer;
}

/** Trains a net to tell whether a point lies in the circle. */
async function circle(
  { hidden, initializer, output, loss, optimizer, activation }: Net,
  options: WatchOptions,
): Promise<Report> {
  const dense = (seed: number, name: string, units: number, kind: 'sigmoid' | 'relu' | 'linear') =>
    tfl.layers.dense({
      name,
      units,
      activation: kind,
      kernelInitializer: initializer(seed),
      ...(seed === 1 && { inputShape: [2] }),
    });
  const layers = Array.from({ length: hidden }, (_, index) =>
    dense(index + 1, `hidden_${index + 1}`, 12, activation),
  );
  const model = tfl.sequential({ layers: [...layers, dense(hidden + 1, 'output', 1, output)] });
  model.compile({ optimizer, loss });
  const points = tf.randomUniform([256, 2], -1, 1, 'float32', 1);
  const inside = tf.less(tf.norm(points, 2, 1, true), 0.8);
  const monitor = watch(model, { quiet: true, activations: 2, histograms: 2, ...options });
  await model.fit(points, inside, { epochs: 8, shuffle: false, verbose: 0 });
  await monitor.stop();
  return monitor.report();
}

const glorot = (seed: number) => tfl.initializers.glorotUniform({ seed });
const he = (seed: number) => initializers.heNormal({ seed });

/** Ten sigmoid layers, of which the first learn nothing. */
export const vanishing = (): Promise<Report> =>
  circle(
    {
      hidden: 10,
      activation: 'sigmoid',
      initializer: glorot,
      output: 'sigmoid',
      loss: 'binaryCrossentropy',
      optimizer: tf.train.adam(0.003),
    },
    {},
  );

/** Five ReLU layers at a rate of steps that ends in NaN. */
export const exploding = (): Promise<Report> =>
  circle(
    {
      hidden: 5,
      activation: 'relu',
      initializer: he,
      output: 'linear',
      loss: 'meanSquaredError',
      optimizer: tf.train.sgd(1.2),
    },
    {},
  );

/** Four ReLU layers that learn, with a clip that changes some of the steps. */
export const healthy = (): Promise<Report> =>
  circle(
    {
      hidden: 4,
      activation: 'relu',
      initializer: he,
      output: 'sigmoid',
      loss: 'binaryCrossentropy',
      optimizer: tf.train.adam(0.003),
    },
    { clip: clipByGlobalNorm(0.8) },
  );

/** An LSTM that is to remember the first of twenty numbers. */
export async function lstm(): Promise<Report> {
  const recurrentInitializer = tfl.initializers.glorotUniform({ seed: 2 });
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 1 });
  const model = tfl.sequential({
    layers: [
      tfl.layers.lstm({
        name: 'memory',
        units: 8,
        inputShape: [20, 1],
        kernelInitializer,
        recurrentInitializer,
      }),
      tfl.layers.dense({
        name: 'output',
        units: 1,
        kernelInitializer: tfl.initializers.glorotUniform({ seed: 3 }),
      }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const x = tf.randomNormal<tf.Rank.R3>([32, 20, 1], 0, 1, 'float32', 5);
  const y = tf.reshape(tf.slice(x, [0, 0, 0], [32, 1, 1]), [32, 1]);
  const monitor = watch(model, { quiet: true, activations: 1, histograms: 1 });
  await model.fit(x, y, { epochs: 10, batchSize: 32, shuffle: false, verbose: 0 });
  await monitor.stop();
  return monitor.report();
}

/** Six sigmoid layers before their training. */
export async function untrained(): Promise<PreflightReport> {
  const model = tfl.sequential();
  for (let depth = 1; depth <= 6; depth++) {
    const name = `hidden_${depth}`;
    const input = depth === 1 ? { inputShape: [4] } : {};
    model.add(
      tfl.layers.dense({
        ...{ name, units: 12, activation: 'sigmoid', kernelInitializer: glorot(depth) },
        ...input,
      }),
    );
  }
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const x = tf.randomNormal([16, 4], 0, 1, 'float32', 1);
  return preflight(model, x, tf.randomUniform([16, 12], 0, 1, 'float32', 2));
}
