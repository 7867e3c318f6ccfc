import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { centralize } from '../../src/clip/centralize.js';
import type { ClipVariable } from '../../src/clip/strategy.js';
import { kindOf } from '../../src/layout/kind.js';
import { unitAxes } from '../../src/layout/units.js';
import { backends } from './backends.js';
import { step, type Values } from './step.js';

/** What the layout of a tfjs layer says of a weight of this shape. */
const variableOf = (className: string, weightName: string, shape: number[]): ClipVariable => {
  const kind = kindOf(className, weightName, shape);
  return { kind, unitAxes: unitAxes(kind, shape), isOutput: false };
};

describe.each(backends)('centralize on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  const centred = (variable: ClipVariable, value: tf.TensorLike): number[] | undefined => {
    const values: Values = { v: value };
    return step(centralize(), values, { variables: { v: variable } }).gradients['v'];
  };

  test('removes the mean of each column of a dense kernel', () => {
    const kernel = [
      [1, 2],
      [3, 4],
      [5, 9],
    ];
    // the columns have means 3 and 5
    expect(centred(variableOf('Dense', 'kernel', [3, 2]), kernel)).toEqual([-2, -3, 0, -1, 2, 4]);
  });

  test('removes means from kernels of convolutions and of recurrent layers too', () => {
    const pair = [[[[1], [3]]]];
    expect(centred(variableOf('Conv2D', 'kernel', [1, 1, 2, 1]), pair)).toEqual([-1, 1]);
    expect(
      centred(variableOf('LSTM', 'recurrent_kernel', [2, 4]), [
        [1, 1, 1, 1],
        [3, 3, 3, 5],
      ]),
    ).toEqual([-1, -1, -1, -2, 1, 1, 1, 2]);
    expect(
      centred(variableOf('DepthwiseConv2D', 'depthwise_kernel', [2, 1, 1, 1]), [[[[1]]], [[[3]]]]),
    ).toEqual([-1, 1]);
  });

  test('removes the mean over the output channels of a transposed convolution, not over its inputs', () => {
    // [h, w, out, in] = [1, 1, 2, 2]: means 2 and 6
    expect(
      centred(variableOf('Conv2DTranspose', 'kernel', [1, 1, 2, 2]), [
        [
          [
            [1, 3],
            [5, 7],
          ],
        ],
      ]),
    ).toEqual([-1, 1, -1, 1]);
  });

  test('leaves vectors, embeddings and units of a single input as they are', () => {
    expect(centred(variableOf('Dense', 'bias', [2]), [1, 3])).toEqual([1, 3]);
    expect(centred(variableOf('Embedding', 'embeddings', [1, 2]), [[1, 3]])).toEqual([1, 3]);
    expect(centred(variableOf('Dense', 'kernel', [1, 2]), [[1, 3]])).toEqual([1, 3]);
  });
});

describe('centralize', () => {
  test('names the fix when the model is not known', () => {
    expect(() => step(centralize(), { 'a/kernel': [[1]] })).toThrow(
      "centralize: needs to know what the axes of 'a/kernel' mean, but the model is not known. " +
        'Watch the model instead of its optimizer, or name it: withClipping(optimizer, centralize(), { model }).',
    );
  });
});
