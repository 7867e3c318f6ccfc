import { describe, expect, test } from 'vitest';
import type { LayerFacts } from '../../src/record/run.js';
import { classifier, dataStats, failing, usual, weightsOf } from './facts.js';
import { fallingLoss, stack } from './histories.js';
import { poorInitialization, symmetricWeights } from './told.js';

const constant = (value: number) => ({ initializers: { kernel: `Constant(${value})`, bias: 'Zeros' } });
// Norm of n equal elements c: c sqrt(n).
const constantNorms = (c: number) => ({
  'h1/kernel': { weightNorm: c * Math.sqrt(32) },
  'h2/kernel': { weightNorm: c * Math.sqrt(64) },
  'out/kernel': { weightNorm: c * Math.sqrt(8) },
});

describe('symmetricWeights', () => {
  const check = (
    hidden: Partial<LayerFacts>,
    output: Partial<LayerFacts>,
    norms = constantNorms(0.1),
    change = {},
  ) =>
    symmetricWeights().check(
      failing({
        steps: 1,
        gradients: usual,
        model: classifier(hidden, output),
        change: weightsOf(norms),
        ...change,
      }),
    );

  test('finds layers of one number that are read by layers of one number, at the first step', () => {
    expect(check(constant(0.1), constant(0.1))).toMatchObject([
      {
        rule: 'symmetric-weights',
        severity: 'warning',
        where: 'h1',
        firstStep: 0,
        evidence: { value: 0.1, units: 8, layers: 2 },
      },
    ]);
  });

  test('lets random weights above break the symmetry, but not for zeros under a rectifier', () => {
    const random = { initializers: { kernel: 'RandomNormal(0, 0.1)', bias: 'Zeros' } };
    expect(check({ ...constant(0.1), activation: 'tanh' }, random)).toMatchObject([
      { evidence: { layers: 1 } },
    ]);
    expect(check(random, constant(0))).toEqual([]);
    const zeros = { initializers: { kernel: 'Zeros', bias: 'Zeros' } };
    expect(check(zeros, random, constantNorms(0))[0]?.message).toContain('passes nothing');
    expect(
      check({ ...zeros, initializers: { kernel: 'Zeros', bias: 'Constant(0.1)' } }, random, constantNorms(0)),
    ).toMatchObject([{ evidence: { layers: 1 } }]);
  });

  test('believes the norm of the weights rather than the name of their initialiser', () => {
    expect(check(constant(0.1), constant(0.1), constantNorms(0.7))).toEqual([]);
  });

  test('is silent where the loss is all but zero and where the beginning was not recorded', () => {
    expect(check(constant(0.1), constant(0.1), constantNorms(0.1), { steps: 60, loss: () => 1e-4 })).toEqual(
      [],
    );
    const late = failing({ steps: 40, gradients: usual, model: classifier(constant(0.1), constant(0.1)) });
    expect(symmetricWeights().check({ ...late, steps: late.steps.slice(5) })).toEqual([]);
  });
});

describe('poorInitialization', () => {
  // A kernel of 8 x 8 with the norm f sqrt(8) has the gain f.
  const shape = {
    weights: { kernel: [8, 8], bias: [8] },
    initializers: { kernel: 'RandomNormal(0, 0.1)', bias: 'Zeros' },
  };
  const run = (layers: number, gain: number, activation: string, parts = {}) => {
    const gradients = () =>
      Object.fromEntries(Array.from({ length: layers }, (_, i) => [`h${i + 1}/kernel`, 0.1]));
    const change = weightsOf({ '*': { weightNorm: gain * Math.sqrt(8) } });
    const data = { input: dataStats(1) };
    return failing(
      { steps: 30, model: stack(layers, { ...shape, activation }), gradients, change, ...parts },
      data,
    );
  };
  const check = (...parts: Parameters<typeof run>) => poorInitialization().check(run(...parts));

  test('finds weights that shrink a signal a thousandfold beyond what activations ask for', () => {
    // 0.5^10 = 1 / 1024 and 0.51^10 = 1 / 840.
    expect(check(10, 0.5, 'tanh')).toMatchObject([
      { rule: 'poor-initialization', evidence: { layers: 10 }, remedies: [{ to: 'xavierUniform' }] },
    ]);
    expect(check(10, 0.51, 'tanh')).toEqual([]);
    // Behind relu a gain of sqrt(2) keeps the size: 0.7 / 1.414 is less than a half.
    expect(check(10, 0.7, 'relu')).toHaveLength(1);
  });

  test('finds weights that enlarge it, over two open layers or more', () => {
    // 11^2 = 121 and 9^2 = 81; behind tanh nothing is large.
    expect(check(2, 11 * Math.SQRT2, 'relu')).toHaveLength(1);
    expect(check(2, 9 * Math.SQRT2, 'relu')).toEqual([]);
    expect(check(1, 200, 'relu')).toEqual([]);
  });

  test('finds bounded activations that start at their ends', () => {
    expect(check(2, 5.1, 'tanh')).toMatchObject([
      { where: 'h1', message: expect.stringContaining('flat ends of tanh') },
    ]);
    expect(check(2, 4.9, 'tanh')).toEqual([]);
  });

  test('at once, counts the slopes of sigmoids where small weights let little of a difference through', () => {
    const atOnce = (gain: number, activation: string) =>
      poorInitialization({ atOnce: true }).check(run(2, gain, activation, { steps: 1 }));
    // Two layers of gain 0.1 and slope 1/4: 1/1600 of a difference, times the gain of the output.
    expect(atOnce(0.1, 'sigmoid')).toMatchObject([
      {
        where: 'h1',
        severity: 'warning',
        evidence: { layers: 2 },
        remedies: [{ to: 'relu' }, { to: 'heNormal' }, { to: 'batchNormalization' }],
      },
    ]);
    expect(atOnce(0.1, 'tanh')).toEqual([]);
    // Weights that shrink nothing are not to blame for what sigmoids do.
    expect(poorInitialization({ atOnce: true }).check(run(8, 1, 'sigmoid', { steps: 1 }))).toEqual([]);
    expect(check(2, 0.1, 'sigmoid')).toEqual([]);
  });

  test('waits until training fails, unless asked', () => {
    expect(check(10, 0.1, 'tanh', { steps: 5 })).toEqual([]);
    expect(check(10, 0.1, 'tanh', { steps: 60, loss: fallingLoss })).toEqual([]);
    expect(poorInitialization({ atOnce: true }).check(run(10, 0.1, 'tanh', { steps: 1 }))).toHaveLength(1);
  });

  test('is silent with normalisation, and without the first record', () => {
    const model = stack(10, { ...shape, activation: 'tanh' });
    const normalized = {
      ...model,
      layers: [...model.layers, { ...model.layers[0]!, path: 'n', className: 'BatchNormalization' }],
    };
    expect(check(10, 0.1, 'tanh', { model: normalized })).toEqual([]);
    const late = run(10, 0.1, 'tanh', { steps: 60 });
    expect(poorInitialization().check({ ...late, steps: late.steps.slice(1) })).toEqual([]);
  });
});
