import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type StepRecord, type WatchOptions, watch } from 'gradient-health';

/** Something that the library, or tfjs itself, does on every backend or not. */
export interface Promised {
  readonly area: 'watch' | 'clip' | 'init' | 'recurrent' | 'treat' | 'trains';
  readonly title: string;
  /** Does it on the current backend; the numbers are to be those of cpu. Throws where it cannot be done. */
  measure(): Promise<readonly number[]>;
}

export const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
/** The same numbers on every backend. */
export const waves = (shape: number[], scale = 1): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => scale * Math.sin(1.7 * i + 1)),
    shape,
  );

export function compiled(...stack: tfl.layers.Layer[]): tfl.Sequential {
  const model = tfl.sequential({ layers: stack });
  model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });
  return model;
}

export const perceptron = (): tfl.Sequential =>
  compiled(
    tfl.layers.dense({
      name: 'first',
      units: 32,
      inputShape: [16],
      activation: 'relu',
      kernelInitializer: seeded(1),
    }),
    tfl.layers.dense({ name: 'last', units: 1, kernelInitializer: seeded(2) }),
  );

export const weightsOf = async (model: tfl.LayersModel): Promise<number[]> =>
  (await Promise.all(model.getWeights().map(async (weight) => [...(await weight.data())]))).flat();

export async function trained(
  model: tfl.Sequential,
  x: tf.Tensor,
  options?: WatchOptions,
  steps = 4,
): Promise<StepRecord[]> {
  const outputs = model.outputs[0]?.shape.slice(1).map(Number) ?? [];
  const y = waves([x.shape[0] ?? 1, ...outputs]);
  const monitor = options && watch(model, { quiet: true, ...options });
  await model.fit(x, y, { epochs: steps, batchSize: x.shape[0] ?? 1, shuffle: false, verbose: 0 });
  await monitor?.stop();
  const failed = monitor?.findings.find(({ rule }) => rule === 'watch-failed');
  if (failed) throw new Error(failed.message);
  return [...(monitor?.records ?? [])];
}

export const numbersOf = (record: StepRecord): number[] => [
  record.loss ?? Number.NaN,
  record.globalNorm,
  ...Object.values(record.variables).flatMap(({ gradient, weightNorm, updateNorm }) => [
    gradient?.norm ?? Number.NaN,
    gradient?.absMean ?? Number.NaN,
    weightNorm,
    updateNorm,
  ]),
];

export function demand(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}
export const head = () => tfl.layers.dense({ units: 1, kernelInitializer: seeded(9) });
