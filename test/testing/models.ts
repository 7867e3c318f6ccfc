import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { initializers } from 'gradient-health';

/** Points of the plane, and whether each lies in a circle. */
export function circle(count = 64): { readonly x: tf.Tensor2D; readonly y: tf.Tensor } {
  const x = tf.randomUniform<tf.Rank.R2>([count, 2], -1, 1, 'float32', 1);
  return { x, y: tf.tidy(() => tf.cast(tf.less(tf.norm(x, 2, 1, true), 0.8), 'float32')) };
}

function classifier(hidden: tfl.layers.Layer[], rate = 0.003): tfl.Sequential {
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 99 });
  const output = tfl.layers.dense({ name: 'output', units: 1, activation: 'sigmoid', kernelInitializer });
  const model = tfl.sequential({ layers: [...hidden, output] });
  model.compile({ optimizer: tf.train.adam(rate), loss: 'binaryCrossentropy' });
  return model;
}

const hidden = (
  count: number,
  activation: 'relu' | 'sigmoid',
  initializer: (seed: number) => ReturnType<typeof tfl.initializers.glorotUniform>,
): tfl.layers.Layer[] =>
  Array.from({ length: count }, (_, index) =>
    tfl.layers.dense({
      name: `hidden_${index + 1}`,
      units: 16,
      activation,
      kernelInitializer: initializer(index + 1),
      ...(index === 0 && { inputShape: [2] }),
    }),
  );

/** Three ReLU layers that learn. */
export const healthy = (): tfl.Sequential =>
  classifier(hidden(3, 'relu', (seed) => initializers.heNormal({ seed })));

/** Ten sigmoid layers, of which the first get next to no gradient. */
export const vanishing = (): tfl.Sequential =>
  classifier(hidden(10, 'sigmoid', (seed) => tfl.initializers.glorotUniform({ seed })));

/** Sound to begin with, at a rate of steps that ends in trouble. */
export const tooFast = (): tfl.Sequential =>
  classifier(
    hidden(3, 'relu', (seed) => initializers.heNormal({ seed })),
    30,
  );
