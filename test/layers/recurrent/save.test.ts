import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { fuse, layers, register } from 'gradient-health';
import { beforeEach, describe, expect, test } from 'vitest';
import { artifactsOf, predictElsewhere } from '../saved.js';

const [time, inputs] = [5, 3];
const x = () => tf.randomNormal([2, time, inputs], 0, 1, 'float32', 4);
const stack = (layer: tfl.layers.Layer) => tfl.sequential({ layers: [layer] });
const predict = (model: tfl.LayersModel) => [...(model.predict(x()) as tf.Tensor).dataSync()];
const given = { units: 4, inputShape: [time, inputs] };

const load = async (model: tfl.LayersModel): Promise<tfl.LayersModel> => {
  const artifacts = await artifactsOf(model);
  return tfl.loadLayersModel({ load: async () => artifacts });
};

const close = (expected: readonly number[], actual: readonly number[]): void => {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries())
    expect(Math.abs(actual[index]! - value)).toBeLessThan(1e-6);
};

beforeEach(() => tf.setBackend('cpu'));

describe('saved models', () => {
  test('load in plain tfjs, where its LSTM and GRU compute the same', async () => {
    const models = [
      stack(layers.lstm({ ...given, dropout: 0.2, unitForgetBias: true })),
      stack(layers.lstm({ ...given, recurrentActivation: 'hardSigmoid', goBackwards: true })),
      stack(layers.gru({ ...given, resetAfter: false, returnSequences: true })),
      stack(
        tfl.layers.bidirectional({ layer: layers.lstm({ units: 4 }), inputShape: [time, inputs] } as never),
      ),
    ];
    const predicted = await predictElsewhere(models, x(), { register: false });
    for (const [index, model] of models.entries()) close(predict(model), predicted[index]!);
  });

  test('load with register where they do not', async () => {
    const models = [
      stack(layers.gru(given)),
      stack(layers.lstm({ ...given, truncateAfter: 3, recurrentClipValue: 0.5 })),
      stack(layers.gru({ ...given, resetAfter: false, recurrentClipNorm: 2 })),
    ];
    const predicted = await predictElsewhere(models, x(), { register: true });
    for (const [index, model] of models.entries()) close(predict(model), predicted[index]!);
  });

  test('keep their limits and names', async () => {
    const limits = { truncateAfter: 3, recurrentClipValue: 0.5, recurrentClipNorm: 2 };
    const loaded = await load(stack(layers.lstm({ ...given, ...limits, name: 'memory' })));
    const [layer] = loaded.layers;
    expect(layer!.getConfig()).toMatchObject({ ...limits, name: 'memory', recurrentActivation: 'sigmoid' });
    expect(loaded.weights.map(({ originalName }) => originalName)).toEqual([
      'memory/kernel',
      'memory/recurrent_kernel',
      'memory/bias',
    ]);
  });

  test('have the weight names and shapes of tfjs', () => {
    for (const cell of ['lstm', 'gru'] as const) {
      const named = { ...given, name: `same_${cell}`, recurrentInitializer: 'glorotUniform' };
      const theirs = stack(tfl.layers[cell](named));
      const ours = stack(layers[cell]({ ...named, resetAfter: false } as never));
      const facts = (model: tfl.LayersModel) =>
        model.weights.map(({ originalName, shape }) => [originalName, shape]);
      expect(facts(ours)).toEqual(facts(theirs));
      expect(ours.layers[0]!.getClassName()).toBe(theirs.layers[0]!.getClassName());
    }
  });
});

describe('fuse', () => {
  const peer = { recurrentInitializer: 'glorotUniform', biasInitializer: 'randomNormal' } as const;
  const model = () =>
    tfl.sequential({
      layers: [
        tfl.layers.bidirectional({
          layer: tfl.layers.lstm({ units: 4, returnSequences: true, ...peer }) as tfl.RNN,
          inputShape: [time, inputs],
        } as never),
        tfl.sequential({
          layers: [tfl.layers.gru({ units: 3, returnSequences: true, inputShape: [time, 8], ...peer })],
        }) as unknown as tfl.layers.Layer,
        tfl.layers.rnn({
          cell: tfl.layers.lstmCell({ units: 2, ...peer }),
          returnSequences: true,
        }) as tfl.layers.Layer,
        tfl.layers.lstm({ units: 2, activation: 'relu', ...peer }),
      ],
    });

  test.each(['cpu', 'wasm'])('gives the same model with the same predictions, on %s', async (backend) => {
    await tf.setBackend(backend);
    const plain = model();
    const before = predict(plain);
    const names = plain.weights.map(({ name }) => name);
    const fused = fuse(plain);
    expect(fused).toBe(plain);
    close(before, predict(fused));
    expect(fused.weights.map(({ name }) => name)).toEqual(names);
    expect(fuse(fused)).toBe(fused);
    close(before, predict(fused));
  });

  test('works on a model that was loaded', async () => {
    const plain = model();
    close(predict(plain), predict(fuse(await load(plain))));
  });
});

test('register({ replaceRecurrent: true }) reads the LSTM and GRU of tfjs and Keras as fused layers', async () => {
  const saved = stack(tfl.layers.lstm({ ...given, recurrentInitializer: 'glorotUniform' }));
  const artifacts = await artifactsOf(saved);
  const gru = stack(layers.gru(given));
  // What Keras writes: its class name, with the reset gate after the product.
  const ofGru = await artifactsOf(gru);
  const asKeras = JSON.parse(JSON.stringify(ofGru.modelTopology).replaceAll('GradientHealthGRU', 'GRU'));
  const read = (given: tf.io.ModelArtifacts) => tfl.loadLayersModel({ load: async () => given });
  await expect(read({ ...ofGru, modelTopology: asKeras })).rejects.toThrow('reset_after');
  register({ replaceRecurrent: true });
  const loaded = await read({ ...ofGru, modelTopology: asKeras });
  close(predict(gru), predict(loaded));
  const lstm = await read(artifacts);
  expect(Object.hasOwn(lstm.layers[0]!, 'call')).toBe(true);
  close(predict(saved), predict(lstm));
});
