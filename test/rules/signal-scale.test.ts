import { describe, expect, test } from 'vitest';
import { dataStats } from './facts.js';
import { check, of, out, run } from './gains.js';
import { poorInitialization } from './told.js';

describe('poorInitialization, of a signal that shrinks', () => {
  test('fires below 1 / factor, and not at it', () => {
    expect(check([...of('tanh', 0.5, 0.5), out], { factor: 4 })).toEqual([]);
    expect(check([...of('tanh', 0.5, 0.5), out], { factor: 3.9 })).toMatchObject([
      { evidence: { product: 0.25, gain: 0.5, layers: 2 } },
    ]);
  });

  test('names the layer that shrinks it most, wherever it stands', () => {
    for (const [gains, where] of [
      [[1e-4, 0.5, 0.5], 'l0'],
      [[0.5, 1e-4, 0.5], 'l1'],
      [[0.5, 0.5, 1e-4], 'l2'],
    ] as const)
      expect(check([...of('tanh', ...gains), out])).toMatchObject([{ where, evidence: { gain: 1e-4 } }]);
  });

  test('speaks of given weights where no initialiser is known', () => {
    const unknown = { initializers: {} };
    expect(check([{ gain: 1e-4, activation: 'tanh', ...unknown }, out])).toMatchObject([
      {
        message: expect.stringContaining('given weights'),
        remedies: [{ to: 'xavierUniform', layers: ['l0'] }],
      },
    ]);
    const { model, ...bare } = run([...of('tanh', 1e-4), out]);
    const layers = model!.layers.map(({ initializers: _, ...facts }) => facts);
    expect(poorInitialization().check({ ...bare, model: { ...model!, layers } })).toMatchObject([
      { message: expect.stringContaining('given weights') },
    ]);
  });

  test('asks only hidden layers that are not recurrent, and whose weights are not 0', () => {
    expect(check([...of('tanh', 1), { gain: 1e-6, activation: 'linear' }])).toEqual([]);
    expect(check([{ gain: 1e-6, activation: 'tanh', className: 'LSTM' }, out])).toEqual([]);
    expect(check([{ gain: 0, activation: 'tanh' }, out])).toEqual([]);
    expect(check([...of('tanh', 0, 1e-4), out])).toMatchObject([{ where: 'l1', evidence: { layers: 1 } }]);
  });
});

describe('poorInitialization, of a signal that grows', () => {
  test('fires above a tenth of factor, and not at it', () => {
    expect(check([...of('linear', 2, 2), out], { factor: 40 })).toEqual([]);
    expect(check([...of('linear', 2, 2), out], { factor: 39 })).toMatchObject([
      { evidence: { product: 4, gain: 2, layers: 2 } },
    ]);
  });

  test('names the layer that enlarges it most, wherever it stands', () => {
    for (const [gains, where] of [
      [[100, 2, 2], 'l0'],
      [[2, 100, 2], 'l1'],
      [[2, 2, 100], 'l2'],
    ] as const)
      expect(check([...of('linear', ...gains), out])).toMatchObject([{ where, evidence: { gain: 100 } }]);
  });

  test('counts layers whose activation is not known, and none that is bounded', () => {
    expect(check([{ gain: 20 }, { gain: 20 }, out])).toMatchObject([{ evidence: { product: 400 } }]);
    for (const bounded of ['tanh', 'sigmoid', 'hardSigmoid', 'softsign']) {
      expect(check([...of(bounded, 20, 20), out])).toMatchObject([{ evidence: { gain: 20, layers: 2 } }]);
      expect(check([...of('linear', 200), ...of(bounded, 2), out])).toEqual([]);
    }
  });
});

describe('poorInitialization, of bounded activations', () => {
  test('fires above saturation, and not at it', () => {
    expect(check([...of('tanh', 5), out])).toEqual([]);
    expect(check([...of('tanh', 5.01), out])).toMatchObject([
      { where: 'l0', evidence: { gain: 5.01, layers: 1 } },
    ]);
    expect(check([...of('tanh', 1, 5.01, 1, 6), out])).toMatchObject([
      { where: 'l1', evidence: { gain: 5.01, layers: 2 } },
    ]);
  });

  test.each(['tanhshrink', 'logsigmoid', 'linear', 'relu'])('%s is not bounded', (activation) => {
    expect(check([...of(activation, 20), out])).toEqual([]);
  });

  test('the first layer reads the data, where small inputs make up for large weights', () => {
    const given = (rms: number, ...gains: number[]) =>
      poorInitialization().check({
        ...run([...of('tanh', ...gains), out]),
        data: { input: dataStats(rms) },
      });
    // 0.5 x 9.9 is less than 5, and 0.5 x 10.1 more.
    expect(given(0.5, 9.9)).toEqual([]);
    expect(given(0.5, 10.1)).toHaveLength(1);
    expect(given(100, 4.9)).toEqual([]);
    expect(given(100, 5.1)).toHaveLength(1);
    // The second reads what the first returns.
    expect(given(0.1, 1, 5.1)).toMatchObject([{ where: 'l1' }]);
    expect(given(100, 1, 4.9)).toEqual([]);
  });

  test('an output may saturate, unless it is recurrent', () => {
    expect(check([...of('tanh', 1), ...of('sigmoid', 20)])).toEqual([]);
    expect(check([...of('tanh', 1), { gain: 20, activation: 'tanh', className: 'LSTM' }])).toMatchObject([
      { where: 'l1', remedies: [{ kind: 'initializer', layers: ['l1'], to: 'xavierUniform' }] },
    ]);
  });

  test('recommends an initialiser also where the named one would fit, which the weights do not', () => {
    const fitting = { initializers: { kernel: 'VarianceScaling(1, fanAvg, uniform)' } };
    expect(check([{ gain: 20, activation: 'tanh', ...fitting }, out])).toMatchObject([
      { remedies: [{ kind: 'initializer', layers: ['l0'], to: 'xavierUniform' }] },
    ]);
  });
});
