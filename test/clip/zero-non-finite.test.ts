import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { zeroNonFinite } from '../../src/clip/zero-non-finite.js';
import { backends } from './backends.js';
import { step } from './step.js';

describe.each(backends)('zeroNonFinite on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('puts 0 in the place of NaN and of both infinities, and takes the step', () => {
    const { gradients, accept } = step(zeroNonFinite(), {
      a: [1, NaN, -Infinity, -3e38],
      b: Infinity,
      c: [-0.5],
    });
    expect(gradients).toEqual({ a: [1, 0, 0, Math.fround(-3e38)], b: [0], c: [-0.5] });
    expect(accept).toBe(1);
  });
});
