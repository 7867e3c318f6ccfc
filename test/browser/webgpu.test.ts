import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe } from 'vitest';
import { testGauge } from './gauge.js';
import { testInferenceGap } from './inference-gap.js';
import { testProbe } from './probe.js';
import { testWatching } from './watching.js';

beforeEach(() => tf.setBackend('webgpu'));
// float32 sums of blocks of some thousand elements
describe('the gauge on webgpu', () => testGauge(1e-5));
describe('watching on webgpu', () => testWatching('webgpu'));
describe('batch normalisation on webgpu', () => testInferenceGap('webgpu'));
describe('the probe', () =>
  testProbe({
    name: 'webgpu',
    epsilon: 1e-7,
    floatPrecision: 32,
    smallestNormal: 2 ** -126,
    recommendedEpsilon: 1e-7,
    missingKernels: [],
    wrongKernels: ['AvgPoolGrad (padding same)', 'AvgPool3DGrad (padding same)'],
  }));
