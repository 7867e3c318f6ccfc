import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { watch } from 'gradient-health';

/** Tensors and bytes that 500 steps of training add, some of them measured and followed by a prediction. */
export async function growthOf(model: tfl.LayersModel): Promise<{ tensors: number; bytes: number }> {
  const shapesOf = (nodes: readonly tfl.SymbolicTensor[]) => nodes.map(({ shape }) => shape as number[]);
  const xs = shapesOf(model.inputs).map((shape) => tf.randomNormal(shape));
  const ys = shapesOf(model.outputs).map((shape) => tf.zeros(shape));
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  const monitor = watch(model, { quiet: true, every: 100, activations: 100 });
  const batchSize = xs[0]!.shape[0]!;
  const train = async (steps: number): Promise<void> => {
    for (let step = 0; step < steps; step++) {
      await model.trainOnBatch(xs, ys);
      if (step % 50 === 0) tf.dispose(model.predict(xs, { batchSize }));
    }
  };
  await train(3);
  const before = tf.memory();
  await train(500);
  const after = tf.memory();
  await monitor.stop();
  model.dispose();
  tf.dispose([xs, ys]);
  return { tensors: after.numTensors - before.numTensors, bytes: after.numBytes - before.numBytes };
}
