import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';
import { testGauge } from './gauge.js';

beforeAll(() => tf.setBackend('webgl'));
// float32 sums of blocks of a thousand elements
describe('the gauge on webgl', () => testGauge(1e-5));
