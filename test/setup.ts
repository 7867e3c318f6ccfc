import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';
import { streamOf } from '../battery/random.js';

// Weights that tfjs draws without a seed are the same at every run of a file, so that a test which fails was made to.
Math.random = streamOf(1, 0);

await setBackend('cpu');
