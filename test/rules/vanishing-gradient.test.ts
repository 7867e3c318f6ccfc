import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/record/finding.js';
import type { LayerFacts, Run, StepRecord } from '../../src/record/run.js';
import { chain, fading, fallingLoss, flatLoss, history, stack, stats } from './histories.js';
import { vanishingGradient } from './told.js';

const sigmoid: Partial<LayerFacts> = {
  activation: 'sigmoid',
  initializers: { kernel: 'RandomUniform(-0.05, 0.05)' },
};
const model = stack(8, sigmoid);
// Output layer: kernel 0.1 and bias 0.05, together 0.112. First layer 3.1e-6: ratio 2.8e-5.
const gradients = () => fading(8, 3.1e-6);
const vanishing = { steps: 30, loss: flatLoss, model, gradients };

const check = (run: Run): Finding[] => vanishingGradient().check(run);

describe('vanishingGradient', () => {
  test('names the first layer, the first step, the ratio and the reason', () => {
    const [finding, ...others] = check(history(vanishing));

    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      rule: 'vanishing-gradient',
      severity: 'warning',
      where: 'h1',
      firstStep: 0,
      lastStep: 29,
    });
    expect(finding?.message).toBe(
      "h1: gradient norm 3.1e-6, 1/36000 of the output layer's, since step 0: 8 sigmoid layers each scale the gradient " +
        'by at most 0.25, and RandomUniform(-0.05, 0.05) weights shrink it further.',
    );
    expect(finding?.evidence['ratio']).toBeCloseTo(3.1e-6 / Math.hypot(0.1, 0.05), 12);
  });

  test('tells the step at which the ratio fell, single batches aside', () => {
    const since40 = (step: number) => fading(8, step < 40 ? 0.05 : step === 60 ? 4e-4 : 3.1e-6);

    expect(check(history({ ...vanishing, steps: 100, gradients: since40 }))).toMatchObject([
      { firstStep: 40 },
    ]);
  });

  test('recommends relu before its initialiser where slopes are the cause', () => {
    const hidden = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8'];

    expect(check(history(vanishing))[0]?.remedies.map(({ kind, to, layers }) => [kind, to, layers])).toEqual([
      ['activation', 'relu', hidden],
      ['initializer', 'heNormal', hidden],
      ['normalization', 'batchNormalization', hidden],
    ]);
  });

  test('recommends the initialiser where relu has one for tanh', () => {
    const relu = { activation: 'relu', initializers: { kernel: 'VarianceScaling(1, fanAvg, normal)' } };
    const [finding] = check(history({ ...vanishing, model: stack(8, relu) }));

    expect(finding?.message).toContain('weights do not make up for what relu cuts away');
    expect(finding?.remedies[0]).toMatchObject({ kind: 'initializer', to: 'heNormal' });
  });

  test('recommends xavierUniform and then relu for tanh, and a residual path for ten layers', () => {
    const tanh = { activation: 'tanh', initializers: { kernel: 'RandomNormal(0, 0.01)' } };
    const [finding] = check(
      history({ ...vanishing, model: stack(10, tanh), gradients: () => fading(10, 3.1e-6) }),
    );

    expect(finding?.message).toContain('10 tanh layers shrink the gradient wherever saturated');
    expect(finding?.remedies.map(({ to }) => to)).toEqual([
      'xavierUniform',
      'relu',
      'batchNormalization',
      'connection',
    ]);
  });

  test('leaves the cells of recurrent layers alone', () => {
    const lstm = {
      className: 'LSTM',
      activation: 'tanh',
      initializers: { kernel: 'VarianceScaling(1, fanAvg, normal)' },
    };
    const [finding] = check(history({ ...vanishing, model: stack(8, lstm) }));

    expect(finding?.remedies).toEqual([]);
  });

  describe('just does not fire', () => {
    test('with ten records it fires, with nine the ratio is not overwhelming', () => {
      expect(check(history({ ...vanishing, steps: 10 }))).toHaveLength(1);
      expect(check(history({ ...vanishing, steps: 9 }))).toEqual([]);
    });

    test('with three records below 1e-5 it fires, with two it does not', () => {
      const overwhelming = { ...vanishing, gradients: () => fading(8, 1e-9) };

      expect(check(history({ ...overwhelming, steps: 3 }))).toHaveLength(1);
      expect(check(history({ ...overwhelming, steps: 2 }))).toEqual([]);
    });

    test('a ratio of 1/900 is not below 1/1000', () => {
      const nearly = Math.hypot(0.1, 0.05) / 900;

      expect(check(history({ ...vanishing, gradients: () => fading(8, nearly) }))).toEqual([]);
    });

    test('a norm above 1e-4 is not starving, however much more the output gets', () => {
      const loud = () =>
        Object.fromEntries(Object.entries(gradients()).map(([key, norm]) => [key, 100 * norm]));

      expect(check(history({ ...vanishing, gradients: loud }))).toEqual([]);
    });

    test('only recent records count', () => {
      const recovered = (step: number) => fading(8, step < 80 ? 3.1e-6 : 0.05);

      expect(check(history({ ...vanishing, steps: 100, gradients: recovered }))).toEqual([]);
    });

    test('a ratio that is recovering, as after a zero initialisation, is left its time', () => {
      const growing = (step: number) => fading(8, 1e-12 * 4 ** step);

      expect(check(history({ ...vanishing, steps: 5, gradients: growing }))).toEqual([]);
    });

    test('a small bias gradient is no vanishing gradient', () => {
      const smallBias = () => ({ ...fading(8, 0.05), 'h1/bias': 1e-9 });

      expect(check(history({ ...vanishing, gradients: smallBias }))).toEqual([]);
    });
  });

  describe('is silent while training succeeds', () => {
    test('when the loss has fallen below that of a constant prediction', () => {
      expect(check(history({ ...vanishing, loss: fallingLoss }))).toEqual([]);
    });

    test('but not when it has only fallen to that of a constant prediction, which the output bias reaches alone', () => {
      const toGuess = (step: number) => 0.7 + 0.3 * 0.9 ** step;

      expect(check(history({ ...vanishing, steps: 100, loss: toGuess }))).toHaveLength(1);
    });

    test('when the loss is all but zero: that is convergence', () => {
      expect(check(history({ ...vanishing, loss: () => 0.001 }))).toEqual([]);
    });

    test('when a regression beats the variance of its targets, but not before', () => {
      const regression = { ...model, loss: 'meanSquaredError' };
      const run = history({ ...vanishing, model: regression, loss: (step) => 4 + 5 * 0.8 ** step });
      const withTargets = (std: number) => ({
        ...run,
        data: { input: stats(1), target: { ...stats(1), std } },
      });

      expect(check(withTargets(2))).toHaveLength(1); // 4 is what predicting the mean gives
      expect(check(withTargets(3))).toEqual([]); // 4 is less than 9
      expect(check(withTargets(0))).toEqual([]); // targets that are all equal tell nothing, and the loss has fallen
    });
  });

  describe('without part of the data', () => {
    test('no loss: only overwhelming ratios count', () => {
      expect(check(history({ ...vanishing, loss: () => null }))).toEqual([]);
      expect(
        check(history({ ...vanishing, loss: () => null, gradients: () => fading(8, 1e-8) })),
      ).toHaveLength(1);
    });

    test('no model: only overwhelming ratios count, and depth is not spoken of', () => {
      const bare = { ...vanishing, model: null, gradients: () => ({ a: 1e-9, b: 0.5, c: 1 }) };
      const [finding] = check(history(bare));

      expect(finding).toMatchObject({ where: 'a' });
      expect(finding?.message).toBe('a: gradient norm 1.0e-9, 1/1.0e9 of that of c, since step 0.');
      expect(check(history({ ...bare, gradients: () => ({ a: 1e-4, b: 1 }) }))).toEqual([]);
    });

    test('an output layer without weights: the deepest layer with some stands for it', () => {
      const headless = chain(
        [
          ...model.layers.map((layer) => ({ ...layer, isOutput: false })),
          { path: 'softmax', className: 'Softmax' },
        ],
        'binaryCrossentropy',
      );

      expect(check(history({ ...vanishing, model: headless }))).toMatchObject([{ where: 'h1' }]);
    });

    test('gaps, and gradients missing now and then, change nothing', () => {
      const full = history({ ...vanishing, steps: 60 });
      const gappy = { ...full, steps: full.steps.filter(({ step }) => step % 3 !== 1) };
      const holes = history({
        ...vanishing,
        gradients: (step) => (step % 5 === 2 ? { ...gradients(), 'h1/kernel': null } : gradients()),
      });

      expect(check(gappy)).toMatchObject([{ where: 'h1', firstStep: 0, lastStep: 59 }]);
      expect(check(holes)).toMatchObject([{ where: 'h1', firstStep: 0 }]); // the layers after it are evidence enough
    });
  });

  test('does not take NaN for a small gradient', () => {
    const nan = () => ({
      ...gradients(),
      'h1/kernel': Number.NaN,
      'h2/kernel': Number.NaN,
      'h3/kernel': Number.NaN,
    });

    expect(check(history({ ...vanishing, gradients: nan }))).toEqual([]);
    expect(
      check(history({ ...vanishing, gradients: () => ({ ...gradients(), 'out/kernel': Number.NaN }) })),
    ).toEqual([]);
  });

  test('leaves gradients that are all exactly 0 to the rule for those', () => {
    const zeros = () =>
      Object.fromEntries(Object.keys(gradients()).map((key) => [key, key.startsWith('out') ? 1 : 0]));

    expect(check(history({ ...vanishing, gradients: zeros }))).toEqual([]);
  });

  test('still tells of a fading that ended in death', () => {
    const dying = (step: number) =>
      Object.fromEntries(
        Object.entries(fading(8, 1e-8)).map(([key, norm]) => [
          key,
          step < 20 || key === 'out/bias' ? norm : 0,
        ]),
      );

    expect(check(history({ ...vanishing, steps: 40, gradients: dying }))).toMatchObject([
      { where: 'h1', firstStep: 0 },
    ]);
  });

  test('reads the gradients of activations where flat gradients of weights hide the decay', () => {
    const flat = () =>
      Object.fromEntries(Object.keys(gradients()).map((key) => [key, key.endsWith('kernel') ? 2e-3 : 1e-3]));
    const tapped = (record: StepRecord): StepRecord => ({
      ...record,
      layers: Object.fromEntries(
        model.layers.map(({ path }, i) => [
          path,
          { output: stats(1), outputGradient: stats(4.5e-9 * (0.1 / 4.5e-9) ** (i / 8)) },
        ]),
      ),
    });

    expect(check(history({ ...vanishing, gradients: flat }))).toEqual([]);
    const [finding] = check(history({ ...vanishing, gradients: flat, change: tapped }));
    expect(finding?.where).toBe('h1');
    expect(finding?.message).toContain(
      "h1: gradient norm of its output 4.5e-9, 1/2.2e7 of the output layer's",
    );
  });

  test('compares with the output bias where the signal fades on its way forward and all kernels fade alike', () => {
    const forward = () =>
      Object.fromEntries(Object.keys(gradients()).map((key) => [key, key === 'out/bias' ? 0.1 : 2e-6]));

    expect(check(history({ ...vanishing, gradients: forward }))).toMatchObject([{ where: 'h1' }]);
  });

  describe('with an explicit threshold', () => {
    const rule = vanishingGradient({ below: 1e-3 });

    test('fires at any step below it, whatever the loss does', () => {
      const once = (step: number) => ({ 'dense_1/kernel': step === 3 ? 9e-4 : 1, 'dense_2/kernel': 1 });

      expect(rule.check(history({ steps: 9, gradients: once }))).toMatchObject([
        {
          where: 'dense_1',
          firstStep: 3,
          lastStep: 3,
          message: 'dense_1: gradient norm 9.0e-4 at step 3, below 0.001.',
        },
      ]);
    });

    test('does not fire at the threshold, nor on NaN', () => {
      expect(rule.check(history({ steps: 3, gradients: () => ({ 'a/kernel': 1e-3 }) }))).toEqual([]);
      expect(rule.check(history({ steps: 3, gradients: () => ({ 'a/kernel': Number.NaN }) }))).toEqual([]);
    });
  });
});
