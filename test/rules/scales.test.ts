import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/rules/size-of.js';
import { classifier, dataStats, failing, usual } from './facts.js';
import { chain, fallingLoss, stats } from './histories.js';
import { inputScale, targetScale } from './told.js';

describe('inputScale', () => {
  const at = (rms: number, change = {}) =>
    inputScale().check(failing({ gradients: usual, ...change }, { input: dataStats(rms) }));

  test('finds inputs above 10 and below 0.01 where training fails, and none between', () => {
    expect(at(10.1)).toMatchObject([
      { rule: 'input-scale', severity: 'warning', where: 'model', remedies: [{ to: 'standardize' }] },
    ]);
    expect(at(0.0099)).toMatchObject([{ message: expect.stringContaining('small') }]);
    expect(at(9.9)).toEqual([]);
    expect(at(0.0101)).toEqual([]);
  });

  test('leaves zeros out, so that sparse inputs are not small', () => {
    // 4 of 100 elements of size 1: 0.2 over all, 1 over those that are not 0.
    const sparse = dataStats(0.002, { norm: 2, zeros: 96 });
    expect(inputScale().check(failing({}, { input: sparse }))).toEqual([]);
  });

  test('is silent while training gets on, behind a lookup or a normalisation, and without data', () => {
    expect(at(50, { loss: fallingLoss })).toEqual([]);
    for (const className of ['Embedding', 'BatchNormalization'])
      expect(at(50, { model: classifier({ className }) })).toEqual([]);
    expect(inputScale().check(failing())).toEqual([]);
    expect(inputScale().check(failing({}, { input: dataStats(Number.NaN) }))).toEqual([]);
  });

  test('asks more of the loss where inputs are a hundred times too large', () => {
    // ln 2 is 0.69: half of it is success, but a quarter is asked for here.
    const half = { loss: (step: number) => 0.3 + 0.4 * 0.9 ** step };
    expect(at(1001, half)).toHaveLength(1);
    expect(at(50, half)).toEqual([]);
    expect(at(1001, { loss: (step: number) => 0.1 + 0.6 * 0.9 ** step })).toEqual([]);
  });

  test('judges at once if asked', () => {
    expect(inputScale({ atOnce: true }).check(failing({ steps: 1 }, { input: dataStats(50) }))).toHaveLength(
      1,
    );
    expect(inputScale().check(failing({ steps: 1 }, { input: dataStats(50) }))).toEqual([]);
  });
});

describe('inputScale, at its limits', () => {
  const at = (rms: number, parts = {}, options = {}) =>
    inputScale(options).check(failing(parts, { input: dataStats(rms) }));
  /** Falls to this share of the first losses, and stays there; eight of each are compared. */
  const fallTo = (share: number) => ({
    steps: 24,
    loss: (step: number) => (step < 8 ? 1 : share),
    model: classifier({}, {}, 'custom'),
  });

  test('takes neither 10 for large nor 0.01 for small', () => {
    expect(at(10)).toEqual([]);
    expect(at(0.01)).toEqual([]);
  });

  test('goes by the limits that it is given', () => {
    expect(at(2, {}, { above: 2 })).toEqual([]);
    expect(at(2.1, {}, { above: 2 })).toHaveLength(1);
    expect(at(0.5, {}, { below: 0.5 })).toEqual([]);
    expect(at(0.4, {}, { below: 0.5 })).toHaveLength(1);
  });

  test('is silent where training succeeds, unless the inputs are beyond ten times a limit', () => {
    const half = fallTo(0.3);
    expect(at(100, half)).toEqual([]);
    expect(at(100.1, half)).toHaveLength(1);
    expect(at(0.001, half)).toEqual([]);
    expect(at(0.00099, half)).toHaveLength(1);
  });

  test('is silent then too at a quarter of the loss', () => {
    expect(at(1001, fallTo(0.25))).toEqual([]);
    expect(at(1001, fallTo(0.26))).toHaveLength(1);
  });

  test('one first layer that takes any numbers is enough to be silent', () => {
    const first = (className: string) =>
      at(50, { model: chain([{ path: 'a' }, { path: 'b', className, inbound: [] }, { path: 'out' }]) });
    for (const className of ['Embedding', 'LayerNormalization', 'Rescaling', 'RMSNorm', 'RmsNorm'])
      expect(first(className)).toEqual([]);
    expect(first('Dense')).toMatchObject([{ remedies: [{ layers: ['a', 'b'] }] }]);
  });

  test('needs no model, and is silent where every input is 0', () => {
    expect(at(50, { model: null, steps: 1 }, { atOnce: true })).toMatchObject([
      { remedies: [{ layers: [] }] },
    ]);
    expect(at(0, {}, { atOnce: true })).toEqual([]);
  });
});

describe('targetScale', () => {
  const at = (rms: number, loss: string, change = {}) => {
    const data = { input: dataStats(1), target: dataStats(rms) };
    return targetScale().check(
      failing({ loss: () => 2 * rms ** 2, model: classifier({}, {}, loss), ...change }, data),
    );
  };

  test('finds large targets of a regression that fails', () => {
    expect(at(101, 'meanSquaredError')).toMatchObject([
      { rule: 'target-scale', severity: 'warning', remedies: [{ kind: 'target-scale' }] },
    ]);
    expect(at(99, 'meanSquaredError')).toEqual([]);
    expect(at(101, 'meanAbsoluteError', { loss: () => 1000 })).toHaveLength(1);
  });

  test('takes neither 100 for large nor another limit that it is given, and needs targets', () => {
    expect(at(100, 'meanSquaredError')).toEqual([]);
    const run = failing(
      { loss: () => 1000, model: classifier({}, {}, 'meanSquaredError') },
      { input: dataStats(1), target: dataStats(5) },
    );
    expect(targetScale({ above: 5 }).check(run)).toEqual([]);
    expect(targetScale({ above: 4.9 }).check(run)).toHaveLength(1);
    expect(targetScale({ above: 4.9 }).check({ ...run, data: { input: dataStats(1) } })).toEqual([]);
    expect(targetScale({ above: 4.9 }).check({ ...run, data: null })).toEqual([]);
  });

  test('judges at once if asked', () => {
    const run = failing(
      { steps: 1, model: classifier({}, {}, 'meanSquaredError') },
      { input: dataStats(1), target: dataStats(101) },
    );
    expect(targetScale({ atOnce: true }).check(run)).toHaveLength(1);
    expect(targetScale().check(run)).toEqual([]);
  });

  test('asks more of the loss where targets are more than ten times too large', () => {
    // A deviation of a third of their size, so that a constant prediction has a ninth of the squares.
    const towards = (rms: number, share: number) => {
      const end = (share * rms ** 2) / 9;
      const target = dataStats(rms, { std: rms / 3 });
      return targetScale().check(
        failing(
          {
            model: classifier({}, {}, 'meanSquaredError'),
            loss: (step) => end + rms ** 2 * 0.8 ** step,
          },
          { input: dataStats(1), target },
        ),
      );
    };
    expect(towards(1001, 0.26)).toHaveLength(1);
    expect(towards(1001, 0.24)).toEqual([]);
    expect(towards(1000, 0.26)).toEqual([]);
  });

  test('is silent for other losses, and while the loss falls below the variance', () => {
    expect(at(101, 'sparseCategoricalCrossentropy')).toEqual([]);
    expect(at(101, 'meanSquaredError', { loss: (step: number) => 20_000 * 0.95 ** step })).toEqual([]);
  });
});

describe('sizeOf', () => {
  test('is the root mean square of what is neither 0 nor NaN nor infinite', () => {
    // A norm of 6 over 9 elements, over 4 and over 1.
    expect(sizeOf(stats(6, 9))).toBe(2);
    expect(sizeOf({ ...stats(6, 9), zeros: 5 })).toBe(3);
    expect(sizeOf({ ...stats(6, 9), nans: 5 })).toBe(3);
    expect(sizeOf({ ...stats(6, 9), infs: 5 })).toBe(3);
    expect(sizeOf({ ...stats(6, 9), zeros: 5, nans: 2, infs: 1 })).toBe(6);
  });

  test('is 0 where nothing is left', () => {
    expect(sizeOf(stats(0, 4))).toBe(0);
    expect(sizeOf(stats(Number.NaN, 4))).toBe(0);
    expect(sizeOf(stats(0, 0))).toBe(0);
  });
});
