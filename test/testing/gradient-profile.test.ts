import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { gradientProfile } from 'gradient-health/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { circle, vanishing } from './models.js';

beforeEach(() => tf.setBackend('cpu').then(() => {}));

describe('gradientProfile', () => {
  test('is a plain value that a snapshot holds, one line for each weight', async () => {
    const profile = await gradientProfile(vanishing(), circle());
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
    expect(profile).toMatchInlineSnapshot(`
      {
        "findings": [
          "vanishing-gradient at hidden_1",
        ],
        "gradients": {
          "hidden_1/bias": -6.9,
          "hidden_1/kernel": -7.4,
          "hidden_10/bias": -1.5,
          "hidden_10/kernel": -1.2,
          "hidden_2/bias": -6.4,
          "hidden_2/kernel": -6.1,
          "hidden_3/bias": -5.8,
          "hidden_3/kernel": -5.4,
          "hidden_4/bias": -5.1,
          "hidden_4/kernel": -4.8,
          "hidden_5/bias": -4.5,
          "hidden_5/kernel": -4.2,
          "hidden_6/bias": -3.8,
          "hidden_6/kernel": -3.5,
          "hidden_7/bias": -3.2,
          "hidden_7/kernel": -2.9,
          "hidden_8/bias": -2.6,
          "hidden_8/kernel": -2.3,
          "hidden_9/bias": -2,
          "hidden_9/kernel": -1.6,
          "output/bias": -0.9,
          "output/kernel": -0.5,
        },
        "loss": 0.722,
      }
    `);
  });

  test('is the same at every run, and on wasm as on cpu', async () => {
    const profiles = [];
    for (const backend of ['cpu', 'cpu', 'wasm']) {
      await tf.setBackend(backend);
      profiles.push(await gradientProfile(vanishing(), circle()));
    }
    expect(profiles[1]).toEqual(profiles[0]);
    expect(profiles[2]).toEqual(profiles[0]);
  });

  test('differs by the weights that a change touches', async () => {
    const before = await gradientProfile(vanishing(), circle());
    const model = vanishing();
    const [kernel, bias] = model.getLayer('hidden_1').getWeights();
    model.getLayer('hidden_1').setWeights([tf.mul(kernel!, 100), bias!]);
    const after = await gradientProfile(model, circle());
    const changed = Object.keys(after.gradients).filter(
      (key) => after.gradients[key] !== before.gradients[key],
    );
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.every((key) => key.startsWith('hidden_'))).toBe(true);
  });

  const linear = (value: number, layers: tfl.layers.Layer[] = []): tfl.Sequential => {
    const kernelInitializer = tfl.initializers.constant({ value });
    const model = tfl.sequential({
      layers: [tfl.layers.dense({ name: 'only', units: 1, inputShape: [1], kernelInitializer }), ...layers],
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    return model;
  };

  test('rounds to as many digits as it is told', async () => {
    // (3 x - 0)² at x = 1: loss 9, gradient 2 · 3 = 6, and log10 6 = 0.77815.
    const data = { x: tf.ones([4, 1]), y: tf.zeros([4, 1]) };
    expect(await gradientProfile(linear(3), { ...data, digits: 3 })).toMatchObject({
      loss: 9,
      gradients: { 'only/kernel': 0.778, 'only/bias': 0.778 },
    });
    expect((await gradientProfile(linear(3), { ...data, digits: 0 })).gradients['only/kernel']).toBe(1);
    // 2 · 0.5 = 1: log10 is 0, and never -0.
    expect((await gradientProfile(linear(0.499), data)).gradients['only/kernel']).toBe(0);
  });

  test('has words for what has no logarithm', async () => {
    const data = { x: tf.ones([4, 1]), y: tf.zeros([4, 1]) };
    expect((await gradientProfile(linear(0), data)).gradients['only/kernel']).toBe('zero');
    expect(await gradientProfile(linear(Number.NaN), data)).toMatchObject({
      loss: 'NaN',
      gradients: { 'only/kernel': 'NaN' },
    });
    // The square of 3e38 is beyond float32.
    expect(await gradientProfile(linear(3e38), data)).toMatchObject({ loss: 'Infinity' });
  });

  test('names what preflight finds', async () => {
    const { findings } = await gradientProfile(vanishing(), circle());
    expect(findings).toContain('vanishing-gradient at hidden_1');
  });

  test('rejects digits that are none, and models that are not compiled', async () => {
    const data = circle();
    await expect(gradientProfile(vanishing(), { ...data, digits: 7 })).rejects.toThrow(
      new RangeError('gradientProfile: digits must be an integer from 0 to 6, got 7'),
    );
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [2] })] });
    await expect(gradientProfile(model, data)).rejects.toThrow('call model.compile(...) first');
  });

  test('says why a model cannot take a step', async () => {
    const model = vanishing();
    const x = tf.ones([4, 3]); // two inputs are expected
    await expect(gradientProfile(model, { x, y: tf.ones([4, 1]) })).rejects.toThrow(
      /^gradientProfile: The model cannot take a training step here: /,
    );
  });
});
