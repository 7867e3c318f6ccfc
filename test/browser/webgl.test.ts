import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';
import { testClips } from './clips.js';
import { testGauge } from './gauge.js';
import { testThroughTime } from './through-time.js';
import { testWatching } from './watching.js';

beforeAll(() => tf.setBackend('webgl'));
// float32 sums of blocks of a thousand elements
describe('the gauge on webgl', () => testGauge(1e-5));
describe('watching on webgl', () => testWatching('webgl'));
describe('clips on webgl', () => testClips());
describe('a recurrent layer on webgl', () => testThroughTime('webgl'));
