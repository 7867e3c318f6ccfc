import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';
import { testClips } from './clips.js';
import { testGauge } from './gauge.js';
import { testWatching } from './watching.js';

beforeAll(() => tf.setBackend('webgpu'));
// float32 sums of blocks of some thousand elements
describe('the gauge on webgpu', () => testGauge(1e-5));
describe('watching on webgpu', () => testWatching('webgpu'));
describe('clips on webgpu', () => testClips());
