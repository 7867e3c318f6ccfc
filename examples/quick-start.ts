import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { watch } from 'gradient-health';

// Ten sigmoid layers, a classic: does a point lie in the circle?
const model = tfl.sequential();
for (let depth = 1; depth <= 10; depth++) {
  model.add(
    tfl.layers.dense({
      name: `hidden_${depth}`,
      units: 16,
      activation: 'sigmoid',
      kernelInitializer: tfl.initializers.glorotUniform({ seed: depth }),
      ...(depth === 1 && { inputShape: [2] }),
    }),
  );
}
const kernelInitializer = tfl.initializers.glorotUniform({ seed: 11 });
model.add(tfl.layers.dense({ name: 'output', units: 1, activation: 'sigmoid', kernelInitializer }));
model.compile({ optimizer: tf.train.adam(0.003), loss: 'binaryCrossentropy' });

const points = tf.randomUniform([256, 2], -1, 1, 'float32', 1);
const inside = tf.less(tf.norm(points, 2, 1, true), 0.8);

const monitor = watch(model);
await model.fit(points, inside, { epochs: 10, shuffle: false, verbose: 0 });
await monitor.stop();
console.log(monitor.report().verdict);
