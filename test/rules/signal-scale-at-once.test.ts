import { describe, expect, test } from 'vitest';
import { atOnce, type Given, of, out, run } from './gains.js';
import { history } from './histories.js';
import { poorInitialization } from './told.js';

describe('poorInitialization at once, of sigmoids behind small weights', () => {
  test('fires where less than 1 / factor of a difference is left, and not at it', () => {
    // A gain of 1/16 and a slope of 1/4.
    expect(atOnce([...of('sigmoid', 1 / 16), out], { factor: 64 })).toEqual([]);
    expect(atOnce([...of('sigmoid', 1 / 16), out], { factor: 63 })).toMatchObject([
      { where: 'l0', evidence: { left: 1 / 64, layers: 1 } },
    ]);
  });

  test('blames weights below a tenth, and not at it', () => {
    expect(atOnce([...of('sigmoid', 0.1, 1), out], { factor: 20 })).toEqual([]);
    expect(atOnce([...of('sigmoid', 0.099, 1), out], { factor: 20 })).toHaveLength(1);
  });

  test('counts what the output layer shrinks, but not what it enlarges, nor its slope', () => {
    const left = (output: Given) =>
      atOnce([...of('sigmoid', 1 / 16), output], { factor: 20 })[0]?.evidence['left'];
    expect(left({ gain: 0.5, activation: 'linear' })).toBe(1 / 128);
    expect(left({ gain: 0.5, activation: 'sigmoid' })).toBe(1 / 128);
    expect(left({ gain: 8, activation: 'linear' })).toBe(1 / 64);
  });

  test('names the layer with the smallest weights, wherever it stands', () => {
    for (const [gains, where] of [
      [[0.05, 1, 1], 'l0'],
      [[1, 0.05, 1], 'l1'],
      [[1, 1, 0.05], 'l2'],
    ] as const) {
      const named = of('sigmoid', ...gains).map((layer) => ({
        ...layer,
        initializers: { kernel: `RandomNormal(0, ${layer.gain / 2})` },
      }));
      expect(atOnce([...named, out], { factor: 100 })).toMatchObject([
        { where, message: expect.stringContaining('(RandomNormal(0, 0.025))') },
      ]);
    }
  });

  test('speaks of given weights where no initialiser is known', () => {
    const unknown = { initializers: {} };
    expect(atOnce([{ gain: 1 / 16, activation: 'sigmoid', ...unknown }, out], { factor: 20 })).toMatchObject([
      { message: expect.stringContaining('given weights') },
    ]);
  });

  test('knows the slope of hardSigmoid, and lets others pass with 1', () => {
    const [finding] = atOnce([...of('hardSigmoid', 1 / 16), ...of('tanh', 1), out], { factor: 20 });
    expect(finding?.evidence['left']).toBeCloseTo(1 / 80, 12);
  });

  test('has nothing to say of small weights without sigmoids', () => {
    const small = { gain: 0.01, activation: 'linear' };
    expect(atOnce([...of('tanh', 0.01), small])).toEqual([]);
    expect(atOnce([{ gain: 0.01 }, small])).toEqual([]);
  });

  test('leaves recurrent layers and weights of 0 out', () => {
    const lstm = { gain: 1e-6, activation: 'sigmoid', className: 'LSTM' };
    expect(atOnce([lstm, ...of('sigmoid', 1 / 16), out], { factor: 60 })).toMatchObject([
      { evidence: { left: 1 / 64, layers: 1 } },
    ]);
    expect(atOnce([...of('sigmoid', 0, 1 / 16), out], { factor: 60 })).toMatchObject([
      { evidence: { left: 1 / 64, layers: 1 } },
    ]);
  });

  test('waits for one record, and needs a model', () => {
    const rule = poorInitialization({ atOnce: true });
    expect(rule.check({ ...run([...of('tanh', 1e-6), out]), steps: [] })).toEqual([]);
    expect(rule.check(history({ steps: 1 }))).toEqual([]);
  });
});
