import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { growthOf } from '../growth.js';
import { cells, noisy } from './cell-table.js';

const [batch, time, inputs] = [2, 2, 3];

describe.each(['cpu', 'wasm'])('on %s, 500 training steps add no tensor and no byte to', (backend) => {
  test.each(Object.entries(cells))('%s, with dropout of all kinds and zoneout', async (_, { make }) => {
    await tf.setBackend(backend);
    const layer = tfl.layers.rnn({ cell: make(noisy), batchInputShape: [batch, time, inputs] });
    expect(await growthOf(tfl.sequential({ layers: [layer] }))).toEqual({ tensors: 0, bytes: 0 });
  });
});
