import { describe, expect, test } from 'vitest';
import { classifier, dataStats, failing, usual } from './facts.js';
import { fallingLoss } from './histories.js';
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

  test('is silent for other losses, and while the loss falls below the variance', () => {
    expect(at(101, 'sparseCategoricalCrossentropy')).toEqual([]);
    expect(at(101, 'meanSquaredError', { loss: (step: number) => 20_000 * 0.95 ** step })).toEqual([]);
  });
});
