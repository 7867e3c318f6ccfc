import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { spikeClip } from '../../src/clip/spike.js';
import { backends } from './backends.js';
import { steps } from './step.js';

describe.each(backends)('spikeClip on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('limits each element by its own usual size, on either side', () => {
    const usual = { v: [1, -2, 4] };
    const [last] = steps(spikeClip({ threshold: 9, warmUpSteps: 2 }), [
      usual,
      usual,
      { v: [-100, 5, 100] },
    ]).slice(-1);
    // three times 1, 2 and 4; 5 is below 6
    const [a, b, c] = last?.gradients['v'] ?? [];
    expect(a).toBeCloseTo(-3, 5);
    expect(b).toBe(5);
    expect(c).toBeCloseTo(12, 4);
  });

  test('clips nothing in the warm-up', () => {
    const results = steps(spikeClip({ threshold: 1, warmUpSteps: 3 }), [
      { v: [1] },
      { v: [100] },
      { v: [1e4] },
    ]);
    expect(results.map(({ gradients }) => gradients['v']?.[0])).toEqual([1, 100, 1e4]);
  });

  test('limits magnitudes to 70.7 times the usual by default', () => {
    const usual = new Array(20).fill({ v: [0.001] });
    const [last] = steps(spikeClip(), [...usual, { v: [1] }]).slice(-1);
    // sqrt(5000) · 0.001
    expect(last?.gradients['v']?.[0]).toBeCloseTo(0.0707107, 6);
  });

  test('lets elements pass that have no history, and weights that appear later', () => {
    const usual = new Array(3).fill({ v: [1, 0] });
    const [last] = steps(spikeClip({ threshold: 4, warmUpSteps: 3 }), [
      ...usual,
      { v: [9, 9], late: [9] },
    ]).slice(-1);
    expect(last?.gradients['v']?.[1]).toBe(9);
    expect(last?.gradients['late']).toEqual([9]);
  });

  test('goes on limiting after elements whose squares overflow', () => {
    const usual = new Array(5).fill({ v: [1e17] });
    const strategy = spikeClip({ threshold: 4, warmUpSteps: 5 });
    const results = steps(strategy, [{ v: [1e30] }, ...usual, { v: [1e38] }]);
    // The first is remembered as 1e18: the root mean square of six is near 4e17, so that the limit is below 1e18.
    expect(results.at(-1)?.gradients['v']?.[0]).toBeLessThan(1e18);
    expect(Number.isFinite(results.at(-1)?.state['squares/v']?.dataSync()[0])).toBe(true);
  });
});

const magnitudes = fc.constantFrom(0, 1e-30, 0.5, 1, 3, 1e3, 1e17, 3e18, 1e21, 1e30);
const element = fc.tuple(magnitudes, fc.constantFrom(-1, 1)).map(([size, sign]) => size * sign);

test.each(['cpu', 'wasm'] as const)('spikeClip on %s agrees with its operations one by one', (backend) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 13 }).chain((length) =>
        fc.array(fc.array(element, { minLength: length, maxLength: length }), {
          minLength: 1,
          maxLength: 6,
        }),
      ),
      (history) => {
        const on = (name: string) => {
          tf.setBackend(name);
          const results = steps(
            spikeClip({ threshold: 4, decay: 0.9, warmUpSteps: 2 }),
            history.map((v) => ({ v })),
          );
          const last = results.at(-1);
          return [...(last?.gradients['v'] ?? []), ...(last?.state['squares/v']?.dataSync() ?? [])];
        };
        const expected = on('composed');
        // Rounding of float32 in another order.
        on(backend).forEach((value, i) => {
          const other = expected[i] ?? Number.NaN;
          expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-5 * Math.abs(other) + 1e-38);
        });
      },
    ),
    { numRuns: 150, seed: 1 },
  );
});

describe('spikeClip', () => {
  test.each([
    [{ threshold: -1 }, 'spikeClip: threshold must be a positive finite number, got -1'],
    [{ threshold: 0.5 }, 'spikeClip: threshold must be at least 1, got 0.5'],
    [{ decay: 0 }, 'spikeClip: decay must be above 0 and below 1, got 0'],
    [{ warmUpSteps: 1.5 }, 'spikeClip: warmUpSteps must be a whole number from 1, got 1.5'],
  ])('refuses %o', (options, message) => {
    expect(() => spikeClip(options)).toThrow(new RangeError(message));
  });
});
