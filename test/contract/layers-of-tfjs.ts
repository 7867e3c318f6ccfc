import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { compiled, head, numbersOf, type Promised, seeded, trained, waves } from './promised.js';

/** A model of tfjs's own layers takes a watched step. */
const trains = (
  title: string,
  shape: number[],
  make: () => tfl.layers.Layer[],
  range?: number,
): Promised => ({
  area: 'trains',
  title,
  async measure() {
    const x = range
      ? tf.tensor2d(
          [
            [0, 1, 2, 3],
            [3, 2, 1, 0],
          ].map((row) => row.slice(0, range)),
        )
      : waves([2, ...shape]);
    return (await trained(compiled(...make()), x, {}, 2)).flatMap(numbersOf);
  },
});
const flatten = () => tfl.layers.flatten();

/** Of each kind of layer whether tfjs itself trains it on a backend. */
export const layersOfTfjs: readonly Promised[] = [
  trains('dense', [16], () => [
    tfl.layers.dense({ units: 8, inputShape: [16], kernelInitializer: seeded(1) }),
    head(),
  ]),
  trains('batch normalisation', [16], () => [tfl.layers.batchNormalization({ inputShape: [16] }), head()]),
  trains('convolution', [6, 6, 2], () => [
    tfl.layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [6, 6, 2], kernelInitializer: seeded(1) }),
    flatten(),
    head(),
  ]),
  trains('depthwise convolution', [6, 6, 2], () => [
    tfl.layers.depthwiseConv2d({ kernelSize: 3, inputShape: [6, 6, 2], depthwiseInitializer: seeded(1) }),
    flatten(),
    head(),
  ]),
  trains('max pooling', [6, 6, 2], () => [
    tfl.layers.maxPooling2d({ poolSize: 2, inputShape: [6, 6, 2] }),
    flatten(),
    head(),
  ]),
  trains(
    'embedding',
    [4],
    () => [
      tfl.layers.embedding({ inputDim: 4, outputDim: 3, inputLength: 4, embeddingsInitializer: seeded(1) }),
      flatten(),
      head(),
    ],
    4,
  ),
  trains('LSTM of tfjs', [6, 5], () => [
    tfl.layers.lstm({
      units: 4,
      inputShape: [6, 5],
      kernelInitializer: seeded(1),
      recurrentInitializer: seeded(2),
    }),
    head(),
  ]),
];
