import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { layers, watch } from 'gradient-health';
import { describe, expect, test } from 'vitest';

const [batch, time, inputs] = [2, 4, 3];

const options: Record<string, object> = {
  'nothing set': {},
  returnSequences: { returnSequences: true },
  goBackwards: { goBackwards: true, recurrentActivation: 'hardSigmoid' },
  dropout: { dropout: 0.2, recurrentDropout: 0.2 },
  stateful: { stateful: true },
  limits: { recurrentClipValue: 1, recurrentClipNorm: 1, truncateAfter: 2 },
};

describe.each(['cpu', 'wasm'])('on %s, 500 training steps add no tensor and no byte to', (backend) => {
  test.each(
    (['lstm', 'gru'] as const).flatMap((cell) => Object.keys(options).map((set) => [cell, set] as const)),
  )('%s with %s', async (cell, set) => {
    await tf.setBackend(backend);
    const { returnSequences = false } = options[set] as { returnSequences?: boolean };
    const model = tfl.sequential({
      layers: [
        tfl.layers.masking({ maskValue: 0, batchInputShape: [batch, time, inputs] }),
        layers[cell]({ units: 3, ...options[set] }),
        ...(returnSequences ? [tfl.layers.timeDistributed({ layer: tfl.layers.dense({ units: 1 }) })] : []),
      ],
    });
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    const x = tf.randomNormal([batch, time, inputs]);
    const y = tf.zeros((model.outputs[0]!.shape as number[]).map((size) => size ?? batch));
    const step = async () => {
      await model.trainOnBatch(x, y);
      tf.dispose(model.predict(x, { batchSize: batch }));
    };
    const monitor = watch(model, { quiet: true, every: 100 });
    for (let warmUp = 0; warmUp < 3; warmUp++) await step();
    const { numTensors, numBytes } = tf.memory();
    for (let count = 0; count < 500; count++) await step();
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    await monitor.stop();
    model.dispose();
  });
});
