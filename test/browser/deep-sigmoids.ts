import type { Optimizer } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Ten sigmoid layers of 16 units, in which the gradient of the first kernel, `d0/kernel`, all but vanishes. */
export function deepSigmoids(optimizer: Optimizer, output: 'linear' | 'sigmoid'): tfl.Sequential {
  const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
  const hidden = Array.from({ length: 10 }, (_, depth) =>
    tfl.layers.dense({
      name: `d${depth}`,
      units: 16,
      inputShape: [16],
      activation: 'sigmoid',
      kernelInitializer: seeded(depth + 1),
    }),
  );
  const last = tfl.layers.dense({ name: 'out', units: 1, activation: output, kernelInitializer: seeded(99) });
  const model = tfl.sequential({ layers: [...hidden, last] });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}
