import { describe, expect, test } from 'vitest';
import type { LayerFacts, Run } from '../../src/record/run.js';
import { initialWeights, keepsScale, readersOf } from '../../src/rules/initial-weights.js';
import { weightsOf } from './facts.js';
import { chain, history } from './histories.js';

type Layer = Partial<LayerFacts> & { readonly path: string };

/** A run of these layers, whose kernels have these norms at first. */
const run = (layers: readonly Layer[], norms: Readonly<Record<string, number>> = {}): Run =>
  history({
    steps: 2,
    model: chain(layers),
    gradients: () => Object.fromEntries(Object.keys(norms).map((path) => [`${path}/kernel`, 1])),
    change: (record) =>
      weightsOf(
        Object.fromEntries(
          Object.entries(norms).map(([path, weightNorm]) => [
            `${path}/kernel`,
            { weightNorm: record.step === 0 ? weightNorm : 99 },
          ]),
        ),
      )(record),
  });
const kernel = (...shape: number[]) => ({ weights: { kernel: shape } });
const filled = (initializer: string) => ({ ...kernel(4, 4), initializers: { kernel: initializer } });

describe('initialWeights', () => {
  test('tells the factor on a signal, and that over what the activation asks for', () => {
    // 4 inputs to 2 units with the norm 2: mean square 4 / 8, times 4 inputs is 2.
    const [tanh] = initialWeights(run([{ path: 'a', ...kernel(4, 2), activation: 'tanh' }], { a: 2 }));
    expect(tanh).toMatchObject({ units: 2, constant: null });
    expect(tanh?.gain).toBeCloseTo(Math.SQRT2, 12);
    expect(tanh?.fit).toBeCloseTo(Math.SQRT2, 12);
    const [relu] = initialWeights(run([{ path: 'a', ...kernel(4, 2), activation: 'relu' }], { a: 2 }));
    expect(relu?.gain).toBeCloseTo(Math.SQRT2, 12);
    expect(relu?.fit).toBeCloseTo(1, 12);
  });

  test('counts as inputs of a convolution all elements of its window', () => {
    // 3 x 5 x 4 = 60 inputs, 8 units, 480 elements; the norm sqrt(480) makes them 1 on average.
    const [conv] = initialWeights(run([{ path: 'a', ...kernel(3, 5, 4, 8) }], { a: Math.sqrt(480) }));
    expect(conv?.units).toBe(8);
    expect(conv?.gain).toBeCloseTo(Math.sqrt(60), 12);
  });

  test.each([
    ['Zeros', 0],
    ['Ones', 1],
    ['Constant(0.5)', 0.5],
    ['Constant(-0.5)', -0.5],
  ])('knows what %s fills a weight with, recorded or not', (initializer, value) => {
    // 16 elements of one number: a norm of 4 times its size; times the 4 inputs it is a gain of twice its size.
    const expected = [{ constant: value, gain: 2 * Math.abs(value) }];
    expect(initialWeights(run([{ path: 'a', ...filled(initializer) }]))).toMatchObject(expected);
    expect(
      initialWeights(run([{ path: 'a', ...filled(initializer) }], { a: 4 * Math.abs(value) })),
    ).toMatchObject(expected);
  });

  test.each(['RandomNormal(0, 1)', 'NearlyConstant(1)', 'Constant(x)', 'Constant', ''])(
    'takes the size of weights of %s from their norm alone',
    (initializer) => {
      expect(initialWeights(run([{ path: 'a', ...filled(initializer) }], { a: 4 }))).toMatchObject([
        { constant: null, gain: 2 },
      ]);
      expect(initialWeights(run([{ path: 'a', ...filled(initializer) }]))).toEqual([]);
    },
  );

  test('believes an initialiser while the norm is within a thousandth', () => {
    // The norm of 16 elements of 0.1 is 0.4.
    const constant = (norm: number) =>
      initialWeights(run([{ path: 'a', ...filled('Constant(0.1)') }], { a: norm }))[0]?.constant;
    expect(constant(0.4 * 1.0009)).toBe(0.1);
    expect(constant(0.4 * 1.0011)).toBeNull();
    expect(constant(0.4 * 0.9989)).toBeNull();
  });

  test('leaves out what is no matrix, and layers whose beginning is not known', () => {
    const layers = [
      { path: 'none' },
      { path: 'vector', ...kernel(8), initializers: { kernel: 'Ones' } },
      { path: 'empty', ...kernel(0, 8), initializers: { kernel: 'Ones' } },
      { path: 'bare', ...kernel(4, 4) },
      { path: 'kept', ...kernel(4, 4) },
    ];
    const found = initialWeights(run(layers, { none: 1, vector: 1, empty: 1, kept: 1 }));
    expect(found.map(({ facts }) => facts.path)).toEqual(['kept']);
  });

  test('goes by depth and then by path', () => {
    const layers = [
      { path: 'a', depth: 2 },
      { path: 'd', depth: 1 },
      { path: 'c', depth: 1 },
      { path: 'e', depth: 1 },
      { path: 'z', depth: 0 },
    ].map((layer) => ({ ...layer, ...filled('Ones') }));
    const paths = (order: readonly Layer[]) => initialWeights(run(order)).map(({ facts }) => facts.path);
    expect(paths(layers)).toEqual(['z', 'c', 'd', 'e', 'a']);
    expect(paths([...layers].reverse())).toEqual(['z', 'c', 'd', 'e', 'a']);
  });

  test('says nothing without a model, without records, and of a run whose first step is gone', () => {
    const whole = run([{ path: 'a', ...filled('Ones') }], { a: 4 });
    expect(initialWeights({ ...whole, model: null })).toEqual([]);
    expect(initialWeights({ ...whole, steps: [] })).toEqual([]);
    expect(initialWeights({ ...whole, steps: whole.steps.slice(1) })).toEqual([]);
  });
});

describe('keepsScale', () => {
  const keeps = (className: string, inbound: readonly string[]) =>
    keepsScale(run([{ path: 'a' }, { path: 'b' }, { path: 'c', className, inbound }]));

  test.each(['BatchNormalization', 'LayerNormalization', 'RmsNorm', 'GroupNorm', 'InstanceNorm', 'Residual'])(
    '%s keeps the scale of signals',
    (className) => {
      expect(keeps(className, ['b'])).toBe(true);
    },
  );

  test.each(['Add', 'Average'])('%s leads them around layers where it joins two', (className) => {
    expect(keeps(className, ['a', 'b'])).toBe(true);
    expect(keeps(className, ['b'])).toBe(false);
  });

  test.each(['Dense', 'Multiply', 'Additive', 'PadAdd', 'AveragePooling2D', 'GlobalAverage'])(
    '%s does neither, of two inputs either',
    (className) => {
      expect(keeps(className, ['a', 'b'])).toBe(false);
    },
  );

  test('one layer among many is enough, and without a model there is none', () => {
    const model = chain([{ path: 'a', className: 'LayerNormalization' }, { path: 'b' }]);
    expect(keepsScale(history({ steps: 1, model }))).toBe(true);
    expect(keepsScale(history({ steps: 1 }))).toBe(false);
  });
});

describe('readersOf', () => {
  const paths = (layers: readonly Layer[], path: string) =>
    readersOf(run(layers), path).map((layer) => layer.path);

  test('are the next layers with a kernel, behind those without', () => {
    const layers = [
      { path: 'a', ...kernel(4, 4) },
      { path: 'act', className: 'Activation' },
      { path: 'norm', className: 'BatchNormalization', weights: { gamma: [4] } },
      { path: 'b', ...kernel(4, 4) },
      { path: 'c', ...kernel(4, 4) },
    ];
    expect(paths(layers, 'a')).toEqual(['b']);
    expect(paths(layers, 'c')).toEqual([]);
  });

  test('are all of them where ways part, each once where they meet again', () => {
    const layers = [
      { path: 'a', ...kernel(4, 4) },
      { path: 'left', className: 'Activation', inbound: ['a'] },
      { path: 'right', className: 'Dropout', inbound: ['a'] },
      { path: 'b', ...kernel(4, 4), inbound: ['left', 'right'] },
      { path: 'c', ...kernel(4, 4), inbound: ['right'] },
    ];
    expect(paths(layers, 'a').sort()).toEqual(['b', 'c']);
  });

  test('a layer that is applied to its own output is no reader of its own', () => {
    const layers = [
      { path: 'a', ...kernel(4, 4), inbound: ['a'] },
      { path: 'b', ...kernel(4, 4) },
    ];
    expect(paths(layers, 'a')).toEqual(['b']);
  });

  test('there are none without a model', () => {
    expect(readersOf(history({ steps: 1 }), 'a')).toEqual([]);
  });
});
