import '../setup.js';
import { setBackend } from '@tensorflow/tfjs-core';
import mocha from 'mocha';
import { streamOf } from '../../battery/random.js';

let file: string | undefined;

/** Each file of tests finds what it would find in a process of its own. */
mocha.beforeEach(async function () {
  if (this.currentTest?.file === file) return;
  file = this.currentTest?.file;
  Math.random = streamOf(1, 0);
  await setBackend('cpu');
});
