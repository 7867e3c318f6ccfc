import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe } from 'vitest';
import { testGauge } from './gauge.js';
import { testInferenceGap } from './inference-gap.js';
import { testProbe } from './probe.js';
import { testThroughTime } from './through-time.js';
import { testWatching } from './watching.js';

beforeEach(() => tf.setBackend('webgl'));
// float32 sums of blocks of a thousand elements
describe('the gauge on webgl', () => testGauge(1e-5));
describe('watching on webgl', () => testWatching('webgl'));
describe('batch normalisation on webgl', () => testInferenceGap('webgl'));
describe('a recurrent layer on webgl', () => testThroughTime('webgl'));
describe('the probe', () =>
  testProbe({
    name: 'webgl',
    // tfjs asks whether 16-bit floats are in use and takes the answer the wrong way round.
    epsilon: 1e-4,
    floatPrecision: 32,
    smallestNormal: 2 ** -126,
    recommendedEpsilon: 1e-7,
    missingKernels: ['Dilation2DBackpropInput', 'Dilation2DBackpropFilter'],
    wrongKernels: ['AvgPoolGrad (padding same)', 'AvgPool3DGrad (padding same)'],
  }));
