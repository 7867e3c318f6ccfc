import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { adaptiveClip } from '../../src/clip/adaptive.js';
import type { ClipVariable } from '../../src/clip/strategy.js';
import { backends } from './backends.js';
import { step, toTensors } from './step.js';

const dense: ClipVariable = { kind: 'dense', unitAxes: [0], isOutput: false };

describe.each(backends)('adaptiveClip on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('limits each column of a dense kernel by the norm of its weights', () => {
    const weights = toTensors({
      kernel: [
        [6, 6],
        [8, 8],
      ],
    });
    const gradients = {
      kernel: [
        [3, 0.25],
        [4, 0.5],
      ],
    };
    // Weights of norm 10, so the limit is 1; the first column has norm 5, the second 0.56.
    const after = step(adaptiveClip({ factor: 0.1 }), gradients, { weights, variables: { kernel: dense } });
    const [a, b, c, d] = after.gradients['kernel'] ?? [];
    expect(a).toBeCloseTo(0.6, 6);
    expect(c).toBeCloseTo(0.8, 6);
    expect([b, d]).toEqual([0.25, 0.5]);
  });

  test('lets weights of zero move by their assumed norm', () => {
    const variables = { bias: { kind: 'vector', unitAxes: [0], isOutput: false } } as const;
    const weights = toTensors({ bias: [0, 0] });
    const { gradients } = step(
      adaptiveClip({ factor: 0.5, minWeightNorm: 4 }),
      { bias: [3, 4] },
      { weights, variables },
    );
    // limit 0.5 · 4 = 2 for a norm of 5
    expect(gradients['bias']?.[0]).toBeCloseTo(1.2, 6);
    expect(gradients['bias']?.[1]).toBeCloseTo(1.6, 6);
  });

  test('leaves output layers alone unless told otherwise', () => {
    const weights = toTensors({ kernel: [[1]] });
    const variables = { kernel: { ...dense, isOutput: true } };
    expect(step(adaptiveClip(), { kernel: [[100]] }, { weights, variables }).gradients['kernel']).toEqual([
      100,
    ]);
    const included = step(
      adaptiveClip({ excludeOutput: false }),
      { kernel: [[100]] },
      { weights, variables },
    );
    expect(included.gradients['kernel']?.[0]).toBeCloseTo(0.01, 8);
  });

  test('clips units whose squares overflow or vanish', () => {
    const weights = toTensors({ kernel: [[3e20, 3e-30]] });
    const variables = { kernel: dense };
    // Limits 3e19 and, by the assumed norm, 1e-4.
    const { gradients } = step(
      adaptiveClip({ factor: 0.1 }),
      { kernel: [[6e19, 1e-30]] },
      { weights, variables },
    );
    expect((gradients['kernel']?.[0] ?? 0) / 3e19).toBeCloseTo(1, 6);
    expect(gradients['kernel']?.[1]).toBe(Math.fround(1e-30));
  });
});

describe('adaptiveClip', () => {
  test.each([NaN, 0, -1, Infinity])('refuses the factor and the norm %d', (number) => {
    expect(() => adaptiveClip({ factor: number })).toThrow(
      new RangeError(`adaptiveClip: factor must be a positive finite number, got ${number}`),
    );
    expect(() => adaptiveClip({ minWeightNorm: number })).toThrow(
      new RangeError(`adaptiveClip: minWeightNorm must be a positive finite number, got ${number}`),
    );
  });

  test('names the fix when the model is not known', () => {
    expect(() => step(adaptiveClip(), { 'a/kernel': [[1]] })).toThrow(
      /withClipping\(optimizer, adaptiveClip\(\), \{ model \}\)/,
    );
  });
});
