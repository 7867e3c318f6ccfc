import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { layers, type ThroughTimeRecord, watch } from 'gradient-health';
import { describe, expect, test } from 'vitest';

const [batch, time, inputs, units] = [3, 5, 4, 6];

/** The same numbers on every backend. */
const numbers = (shape: readonly number[], seed: number, scale = 1): tf.Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, at) => scale * Math.sin(seed + 1.7 * at)),
    [...shape],
  );
};

interface Setting {
  readonly cell: 'lstm' | 'gru';
  readonly options?: object;
  readonly masked?: boolean;
}

const settings: readonly Setting[] = [
  { cell: 'lstm' },
  { cell: 'lstm', options: { returnSequences: true, goBackwards: true }, masked: true },
  { cell: 'lstm', options: { recurrentActivation: 'hardSigmoid', recurrentClipNorm: 0.1, truncateAfter: 2 } },
  { cell: 'gru', options: { returnSequences: true }, masked: true },
  { cell: 'gru', options: { resetAfter: false, recurrentClipValue: 0.05 } },
];

/** Output, gradients of input and weights, of a weighted sum of the output. */
async function results({ cell, options, masked }: Setting): Promise<Float32Array[]> {
  const layer = layers[cell]({ units, ...options });
  layer.apply(tf.zeros([1, 1, inputs]));
  layer.setWeights(layer.getWeights().map(({ shape }, index) => numbers(shape, index, 0.5)));
  const mask = tf.tensor2d([
    [1, 1, 1, 1, 1],
    [1, 1, 1, 0, 0],
    [0, 1, 0, 1, 1],
  ]);
  const x = numbers([batch, time, inputs], 9);
  const run = (input: tf.Tensor): tf.Tensor =>
    layer.apply(input, masked ? { mask: tf.cast(mask, 'bool') } : {}) as tf.Tensor;
  const y = run(x);
  const loss = (input: tf.Tensor): tf.Scalar => tf.sum(tf.mul(run(input), numbers(y.shape, 5)));
  const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const { grads } = tf.variableGrads(() => loss(x), variables);
  const wanted = [y, tf.grad(loss)(x), ...variables.map(({ name }) => grads[name]!)];
  return (await Promise.all(wanted.map((tensor) => tensor.data()))) as Float32Array[];
}

async function throughTime(): Promise<ThroughTimeRecord> {
  const layer = layers.lstm({ units, inputShape: [time, inputs], name: 'memory' });
  const model = tfl.sequential({ layers: [layer] });
  layer.setWeights(layer.getWeights().map(({ shape }, index) => numbers(shape, index, 0.5)));
  model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
  const monitor = watch(model, { quiet: true });
  await model.trainOnBatch(numbers([batch, time, inputs], 9), numbers([batch, units], 7));
  await monitor.stop();
  return monitor.records[0]!.throughTime!['memory']!;
}

async function onBackend<T>(backend: string, run: () => Promise<T>): Promise<T> {
  await tf.setBackend(backend);
  return run();
}

describe.each(['webgl', 'webgpu'])('on %s', (backend) => {
  test.each(settings.map((setting) => ({ ...setting, title: JSON.stringify(setting) })))(
    '$title has the outputs and gradients of cpu',
    async (setting) => {
      const expected = await onBackend('cpu', () => results(setting));
      const actual = await onBackend(backend, () => results(setting));
      for (const [index, values] of expected.entries()) {
        const largest = Math.max(...values.map(Math.abs));
        const difference = Math.max(...values.map((value, at) => Math.abs(value - actual[index]![at]!)));
        // Exponentials of a GPU are good to some units in the sixth digit.
        expect(difference).toBeLessThanOrEqual(2e-5 * largest);
      }
    },
  );

  test('a watched step records the same gradient through time as on cpu', async () => {
    const expected = await onBackend('cpu', throughTime);
    const actual = await onBackend(backend, throughTime);
    const flat = ({ hiddenGradientNorms, cellGradientNorms = [], gates = {} }: ThroughTimeRecord) => [
      ...hiddenGradientNorms,
      ...cellGradientNorms,
      ...Object.values(gates).map(({ mean }) => mean),
    ];
    expect(Object.keys(actual.gates!)).toEqual(Object.keys(expected.gates!));
    for (const [index, value] of flat(expected).entries()) {
      expect(Math.abs(flat(actual)[index]! - value)).toBeLessThanOrEqual(2e-5 * value);
    }
  });

  test('twenty training steps add no tensor', async () => {
    await tf.setBackend(backend);
    const model = tfl.sequential({
      layers: [layers.gru({ units, inputShape: [time, inputs], dropout: 0.2 })],
    });
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    const [x, y] = [numbers([batch, time, inputs], 9), numbers([batch, units], 7)];
    await model.trainOnBatch(x, y);
    const { numTensors } = tf.memory();
    for (let step = 0; step < 20; step++) await model.trainOnBatch(x, y);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
