import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';
import { testGauge } from './gauge.js';

beforeAll(() => tf.setBackend('webgpu'));
// float32 sums of blocks of some thousand elements
describe('the gauge on webgpu', () => testGauge(1e-5));
