import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { initializers, layers, register } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { artifactsOf } from '../saved.js';

const units = 4;
const ofForgetGate = {
  chrono: () => initializers.chrono({ maxSteps: 9, seed: 1 }),
  forgetBias: () => initializers.forgetBias({ value: 2 }),
};
const drawn = Object.entries(ofForgetGate);

describe.each(drawn)('a bias that %s draws', (name, initializer) => {
  const message = (of: string) =>
    `${of}: unitForgetBias sets the forget gate's bias to 1, whatever ${name} draws; pass unitForgetBias: false with it`;

  test('is refused where the forget gate would start at 1 instead', () => {
    const given = { units, biasInitializer: initializer() };
    expect(() => layers.lstm(given)).toThrow(message('lstm'));
    expect(() => layers.lstm({ ...given, defaults: 'tfjs', unitForgetBias: true })).toThrow(message('lstm'));
    expect(() => layers.lstmCell(given)).toThrow(message('lstmCell'));
  });

  test('reaches the layer and the cell that leave the forget gate to it', () => {
    const expected = initializer()
      .apply([4 * units])
      .dataSync();
    const given = () => ({ units, unitForgetBias: false, biasInitializer: initializer() });
    for (const layer of [layers.lstm(given()), tfl.layers.rnn({ cell: layers.lstmCell(given()) })]) {
      layer.apply(tf.zeros([1, 2, 3]));
      expect(layer.getWeights()[2]!.dataSync()).toEqual(expected);
    }
  });
});

test('a saved layer of tfjs that has both is read all the same: its weights follow', async () => {
  const theirs = tfl.layers.lstm({
    units,
    inputShape: [2, 3],
    unitForgetBias: true,
    biasInitializer: ofForgetGate.chrono(),
    recurrentInitializer: 'glorotUniform',
  });
  const model = tfl.sequential({ layers: [theirs] });
  const artifacts = await artifactsOf(model);
  register({ replaceRecurrent: true });
  const loaded = await tfl.loadLayersModel({ load: async () => artifacts });
  expect(Object.hasOwn(loaded.layers[0]!, 'call')).toBe(true);
  expect(loaded.getWeights()[2]!.dataSync()).toEqual(model.getWeights()[2]!.dataSync());
});
