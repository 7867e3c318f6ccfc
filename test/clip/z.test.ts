import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { zClip } from '../../src/clip/z.js';
import { backends } from './backends.js';
import { steps } from './step.js';

const sequence = (...norms: number[]) => norms.map((norm) => ({ v: [norm] }));

describe.each(backends)('zClip on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('brings a spike down the further the higher it is, and learns from what is left', () => {
    const [last] = steps(zClip({ zThreshold: 2, warmUpSteps: 2 }), sequence(0.5, 1.5, 3)).slice(-1);
    // mean 1, standard deviation 0.5, z = 4, so 1 + 0.5 · 2² / 4
    expect(last?.gradients['v']?.[0]).toBeCloseTo(1.5, 6);
    // 0.97 · 1 + 0.03 · 1.5, and 0.97 · 0.25 + 0.03 · (1.5 - 1.015)²
    expect(last?.state['mean']?.dataSync()[0]).toBeCloseTo(1.015, 6);
    expect((last?.state['deviation']?.dataSync()[0] ?? 0) ** 2).toBeCloseTo(0.24955675, 6);
  });

  test('keeps to a fixed limit as well, in the warm-up too', () => {
    const results = steps(zClip({ zThreshold: 2, warmUpSteps: 2, maxNorm: 1.25 }), sequence(0.5, 1.5, 3));
    expect(results.map(({ gradients }) => gradients['v']?.[0])).toEqual([0.5, 1.25, 1.25]);
  });

  test('takes norms that hardly vary to deviate by 1 % of their mean, and follows a change of level slowly', () => {
    const results = steps(zClip({ warmUpSteps: 3 }), sequence(1, 1, 1, ...new Array(50).fill(2)));
    const after = results.slice(3).map(({ gradients }) => gradients['v']?.[0] ?? Number.NaN);
    // z = (2 - 1) / 0.01 = 100, so 1 + 0.01 · 2.5² / 100
    expect(after[0]).toBeCloseTo(1.000625, 6);
    expect(after.every((value, i) => i === 0 || value > (after[i - 1] ?? Number.NaN))).toBe(true);
  });
});

describe('zClip', () => {
  test.each([
    [{ zThreshold: 0 }, 'zClip: zThreshold must be a positive finite number, got 0'],
    [{ decay: 0 }, 'zClip: decay must be above 0 and below 1, got 0'],
    [{ decay: 1 }, 'zClip: decay must be above 0 and below 1, got 1'],
    [{ decay: NaN }, 'zClip: decay must be above 0 and below 1, got NaN'],
    [{ warmUpSteps: 0 }, 'zClip: warmUpSteps must be a whole number from 1, got 0'],
    [{ maxNorm: -1 }, 'zClip: maxNorm must be a positive finite number, got -1'],
  ])('refuses %o', (options, message) => {
    expect(() => zClip(options)).toThrow(new RangeError(message));
  });
});
