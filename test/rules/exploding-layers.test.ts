import { describe, expect, test } from 'vitest';
import type { LayerFacts } from '../../src/record/run.js';
import { explodingOverLayers } from '../../src/rules/exploding-layers.js';
import { chain, flatLoss, type Gradient, history, stack } from './histories.js';

const initializers = { kernel: 'RandomNormal(0, 1)' };
const model = stack(6, { activation: 'relu', initializers });
/** Kernel norms by layer; those of layers that are not named are 1. */
const kernels = (norms: Readonly<Record<string, number>>, rest = 1): Record<string, Gradient> =>
  Object.fromEntries(model.layers.map(({ path }) => [`${path}/kernel`, norms[path] ?? rest]));
const initial = { steps: 20, loss: flatLoss, model };
const check = (parts: Partial<Parameters<typeof history>[0]>, depthRatio = 100) =>
  explodingOverLayers(history({ ...initial, ...parts }), depthRatio, 10);
const of = (norms: Readonly<Record<string, number>>, more: Record<string, Gradient> = {}) =>
  check({ gradients: () => ({ ...kernels(norms), ...more }) });

test('ten records must agree on average, and older ones do not count', () => {
  const late = (first: number) =>
    check({ steps: 40, gradients: (step) => kernels({ h1: step >= first ? 1e4 : 1 }) });

  expect(late(30)).toMatchObject([{ where: 'h1', firstStep: 30, lastStep: 39 }]);
  expect(late(20)).toMatchObject([{ firstStep: 20 }]);
  // Of ten records four at 1: a mean of 1e4 ** 0.6, or 251; six of them: 40.
  expect(late(34)).toHaveLength(1);
  expect(late(36)).toEqual([]);
});

test('a ratio of just a hundred is enough', () => {
  // Norms whose mean of logarithms gives 1300 and 13 back without an error of rounding.
  expect(check({ gradients: () => ({ ...kernels({ h1: 1300, out: 13 }, 13) }) })).toHaveLength(1);
  expect(check({ gradients: () => ({ ...kernels({ h1: 1290, out: 13 }, 13) }) })).toEqual([]);
});

test('a norm below 10 is none, whatever the ratio', () => {
  expect(check({ gradients: () => kernels({ h1: 10.1, out: 0.01 }, 0.01) })).toHaveLength(1);
  expect(check({ gradients: () => kernels({ h1: 9.9, out: 0.01 }, 0.01) })).toEqual([]);
});

describe('growth needs a way', () => {
  test('of three layers from the place on, which the message counts', () => {
    expect(of({ h4: 1e4 })).toMatchObject([
      { where: 'h4', message: expect.stringContaining('on its way back through 3 layers.') },
    ]);
    expect(of({ h4: 1e4 })[0]?.remedies[0]?.layers).toEqual(['h4', 'h5', 'h6']);
    expect(of({ h5: 1e4 })).toEqual([]);
  });

  test('or of one that is recurrent', () => {
    const one = (change: Partial<LayerFacts>) => ({
      ...model,
      layers: model.layers.map((layer) => (layer.path === 'h6' ? { ...layer, ...change } : layer)),
    });

    const gradients = () => kernels({ h6: 1e4 });
    expect(check({ gradients, model: one({ className: 'GRU' }) })).toMatchObject([
      { message: expect.stringContaining('on its way back through 1 layer.') },
    ]);
    expect(check({ gradients, model: one({ className: 'Conv2D' }) })).toEqual([]);
  });

  test('of layers that have weights', () => {
    const passing = ['d1', 'd2', 'd3'].map((path) => ({ path, className: 'Dropout' }));
    const dense = ['h1', 'h2'].map((path) => ({ path, initializers }));
    const padded = chain([...dense, ...passing, { path: 'out', initializers }]);

    expect(
      check({ model: padded, gradients: () => ({ 'h1/kernel': 1e4, 'h2/kernel': 1, 'out/kernel': 1 }) }),
    ).toEqual([]);
  });
});

describe('the bias of the same layer must agree', () => {
  const biases = (norms: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(norms).map(([path, norm]) => [`${path}/bias`, norm]));
  // Output kernel and bias, together 1.
  const output = { 'out/kernel': 0.8, 'out/bias': 0.6 };

  test('by a factor of ten, whatever other biases do', () => {
    expect(of({ h1: 1e4 }, { ...output, ...biases({ h1: 60, h2: 0.1 }) })).toHaveLength(1);
    expect(of({ h1: 1e4 }, { ...output, ...biases({ h1: 5.9, h2: 60 }) })).toEqual([]);
    expect(of({ h2: 1e4 }, { ...output, ...biases({ h1: 60, h2: 0.1 }) })).toEqual([]);
    expect(of({ h2: 1e4 }, { ...output, ...biases({ h1: 0.1, h2: 60 }) })).toHaveLength(1);
  });

  test('just tenfold is enough', () => {
    // Norms whose mean of logarithms gives 30 and 3 back without an error of rounding.
    expect(of({ h1: 1e4 }, { 'out/bias': 3, 'h1/bias': 30 })).toHaveLength(1);
  });

  test('where there is one', () => {
    expect(of({ h1: 1e4 }, { ...output, ...biases({ h2: 0.1 }) })).toHaveLength(1);
  });

  test('where the output has one to compare with', () => {
    expect(of({ h1: 1e4 }, biases({ h1: 0.1, h2: 0.1 }))).toHaveLength(1);
  });
});
