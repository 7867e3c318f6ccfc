import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { adaptiveClip, type ClipStrategy, clipByGlobalNorm, clipByNorm, watch } from 'gradient-health';
import { beforeEach, describe, expect, test } from 'vitest';
import { deepSigmoids } from './deep-sigmoids.js';
import { testGauge } from './gauge.js';
import { testProbe } from './probe.js';

tf.env().set('WEBGL_FORCE_F16_TEXTURES', true);
beforeEach(() => tf.setBackend('webgl'));
// 11 bits of each row of a table
describe('the gauge on 16-bit textures', () => testGauge(2 ** -10, { half: true }));
describe('the probe', () =>
  testProbe({
    name: 'webgl',
    // tfjs asks whether 16-bit floats are in use and takes the answer the wrong way round.
    epsilon: 1e-7,
    floatPrecision: 16,
    smallestNormal: 2 ** -14,
    // The smallest 16-bit float is 2^-24, and Adam squares gradients and takes a thousandth.
    recommendedEpsilon: Math.sqrt(2 ** -24 / 1e-3),
    missingKernels: ['Dilation2DBackpropInput', 'Dilation2DBackpropFilter'],
    wrongKernels: ['AvgPoolGrad (padding same)', 'AvgPool3DGrad (padding same)'],
  }));

describe('a deep net of sigmoids', () => {
  /** One step of ten sigmoid layers of 16 units: the records of its kernels, first to last. */
  const firstStep = async (backend: string) => {
    await tf.setBackend(backend);
    const model = deepSigmoids(tf.train.sgd(0.1), 'linear');
    const monitor = watch(model, { quiet: true });
    const x = tf.randomNormal([32, 16], 0, 1, 'float32', 5);
    await model.trainOnBatch(x, tf.randomNormal([32, 1], 0, 1, 'float32', 6));
    await monitor.stop();
    return monitor.records[0]!.variables;
  };

  test('has zeros for most of its first gradient, which its norm alone would not tell', async () => {
    const [half, single] = [await firstStep('webgl'), await firstStep('cpu')];
    const [got, expected] = [half['d0/kernel']!.gradient!, single['d0/kernel']!.gradient!];
    expect(expected.zeros).toBe(0);
    expect(got.zeros).toBeGreaterThan(0.5 * got.size);
    expect(got.norm).toBeGreaterThan(0.5 * expected.norm);
    for (const layer of ['d5', 'd9', 'out']) {
      const [norm, right] = [half, single].map((variables) => variables[`${layer}/kernel`]!.gradient!.norm);
      // Roundings of 2^-11 in each layer, most of which cancel.
      expect(Math.abs(norm! - right!)).toBeLessThan(2 ** -9 * right!);
    }
  });
});

describe('a gradient of 2^18 equal elements, whose squares add up to more than a 16-bit float holds,', () => {
  const kernel = { kind: 'dense', unitAxes: [0], isOutput: false } as const;
  const clipped = async (
    strategy: ClipStrategy,
    units: number,
    element: number,
  ): Promise<[number, number]> => {
    const shape: [number, number] = [2 ** 18 / units, units];
    const weights = { kernel: tf.fill(shape, element) };
    const result = strategy.apply(
      { kernel: tf.fill(shape, element) },
      { weights, state: {}, step: 0, variables: { kernel } },
    );
    const [value = Number.NaN] = await result.gradients['kernel']!.data();
    const [accept = Number.NaN] = await result.accept!.data();
    return [value, accept];
  };

  test.each([
    ['clipByGlobalNorm', clipByGlobalNorm(256), 1],
    ['clipByNorm', clipByNorm(256), 1],
    ['adaptiveClip', adaptiveClip({ factor: 0.5 }), 1],
    ['adaptiveClip of many units', adaptiveClip({ factor: 0.5 }), 64],
  ])('is halved by %s and not taken for an infinite one', async (_, strategy, units) => {
    // The norm is 2^9 times the element; each limit is half of it.
    expect(await clipped(strategy, units, 1)).toEqual([0.5, 1]);
  });
});
