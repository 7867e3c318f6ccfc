import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';
import { testGauge } from './gauge.js';

beforeAll(async () => {
  tf.env().set('WEBGL_FORCE_F16_TEXTURES', true);
  await tf.setBackend('webgl');
});
// 11 bits of each row of a table
describe('the gauge on 16-bit textures', () => testGauge(2 ** -10, { half: true }));
