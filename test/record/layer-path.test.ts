import { expect, test } from 'vitest';
import { layerPath } from '../../src/record/layer-path.js';

const layers = new Set(['encoder/lstm_1', 'rnn', '__proto__']);

test.each([
  ['encoder/lstm_1/recurrent_kernel', 'encoder/lstm_1'],
  ['rnn/cell_0/kernel', 'rnn'], // the cells of a stacked layer are no layers of their own
  ['unknown/deep/kernel', 'unknown/deep'],
  ['__proto__/kernel', '__proto__'],
  ['Variable', 'Variable'],
  ['/kernel', '/kernel'],
  ['', ''],
])('the weight %j belongs to the layer %j', (key, path) => {
  expect(layerPath(key, (candidate) => layers.has(candidate))).toBe(path);
});
