import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/record/finding.js';
import type { Run, StepRecord } from '../../src/record/run.js';
import { chain, fallingLoss, flatLoss, history, stack } from './histories.js';
import { explodingGradient } from './told.js';

const model = chain([{ path: 'dense_1' }, { path: 'dense_2' }]);
/** Gradients whose global norm is this, nearly all of it in `dense_1`. */
const ofNorm = (norm: number) => ({ 'dense_1/kernel': norm, 'dense_2/kernel': norm / 1000 });
const check = (run: Run): Finding[] => explodingGradient().check(run);

// Quiet for ten steps, then gradient and loss grow fivefold each step.
const growth = (step: number): number => 5 ** Math.max(0, step - 9);
const diverging = {
  steps: 16,
  model,
  gradients: (step: number) => ofNorm(2 * growth(step)),
  loss: (step: number) => 1 + 0.1 * growth(step),
};

describe('explodingGradient', () => {
  test('names layer, step, growth and what became of the loss', () => {
    const [finding, ...others] = check(history(diverging));

    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      rule: 'exploding-gradient',
      severity: 'error',
      where: 'dense_1',
      firstStep: 11, // 2 * 5^2 is the first beyond ten times 2
      lastStep: 15,
    });
    // Nine steps of 1.1 and one of 1.5 before.
    expect(finding?.evidence).toMatchObject({ lossBefore: 1.14 });
    expect(finding?.message).toMatch(
      /^The global gradient norm grew from 2 to 31250 from step 11 on \(most of it in dense_1\), and the loss rose from 1\.14 to 647: /,
    );
  });

  test('recommends a clip at the norm seen before, then a tenth of the learning rate', () => {
    expect(check(history(diverging))[0]?.remedies).toMatchObject([
      { kind: 'clip', to: 'clipByGlobalNorm(2)' },
      { kind: 'learning-rate', to: 0.001 },
    ]);
  });

  test('is an error when the loss is no longer finite, and counts no step after that', () => {
    const lost = (step: number) => (step < 14 ? 1 : Number.NaN);

    expect(check(history({ ...diverging, loss: lost }))).toMatchObject([
      {
        severity: 'error',
        firstStep: 11,
        lastStep: 13,
        message: expect.stringContaining('then became non-finite'),
      },
    ]);
  });

  test('is a warning when the norm stays high and the loss does not improve for 20 records', () => {
    const high = {
      steps: 31,
      model,
      loss: flatLoss,
      gradients: (step: number) => ofNorm(step < 10 ? 2 : 500),
    };

    expect(check(history(high))).toMatchObject([{ severity: 'warning', where: 'dense_1', firstStep: 10 }]);
    expect(check(history({ ...high, steps: 29 }))).toEqual([]);
  });

  test('still tells of an explosion that killed the network, though the output bias improved the loss since', () => {
    const died = {
      steps: 60,
      model,
      loss: (step: number) => (step < 5 ? 3500 : step < 10 ? 1e12 : 1100),
      gradients: (step: number) =>
        step < 5 ? ofNorm(100) : step < 10 ? ofNorm(1e9) : { ...ofNorm(0), 'dense_2/bias': 1e-3 },
    };

    expect(check(history(died))).toMatchObject([{ severity: 'warning', firstStep: 5 }]);
  });

  describe('in a single step', () => {
    const ratio = (updateNorm: number) => (record: StepRecord) => ({
      ...record,
      variables: Object.fromEntries(
        Object.entries(record.variables).map(([key, weight]) => [key, { ...weight, updateNorm }]),
      ),
    });
    // Two kernels of norm 1 each: an update of 5 each is 5 times the weights.
    const overshot = {
      steps: 2,
      model,
      gradients: (step: number) => ofNorm(step === 0 ? 8000 : Number.NaN),
      change: ratio(5),
    };

    test('fires when the update is larger than the weights and nothing is finite after it', () => {
      const [finding] = check(history(overshot));

      expect(finding).toMatchObject({ severity: 'error', where: 'dense_1', firstStep: 0, lastStep: 0 });
      expect(finding?.evidence).toMatchObject({ updateRatio: 5 });
      expect(finding?.message).toBe(
        'A global gradient norm of 8000 at step 0 (most of it in dense_1) moved the weights by 5 times their own norm, and ' +
          'nothing was finite after that.',
      );
      expect(finding?.remedies).toMatchObject([
        { kind: 'clip', to: 'clipByGlobalNorm(20)' }, // 8000 / 5 moves them by their norm, a hundredth of it by 1 %: 16
        { kind: 'learning-rate', to: 0.001 },
      ]);
    });

    test('does not fire on a smaller update, nor where all stays finite', () => {
      expect(check(history({ ...overshot, change: ratio(0.9) }))).toEqual([]);
      expect(check(history({ ...overshot, gradients: () => ofNorm(8000) }))).toEqual([]);
    });
  });

  describe('just does not fire', () => {
    test('below a hundredfold growth', () => {
      const grown = (factor: number) => (step: number) => ofNorm(step < 10 ? 1 : factor);
      const run = { ...diverging, loss: (step: number) => (step < 10 ? 1 : 9) };

      expect(check(history({ ...run, gradients: grown(101) }))).toHaveLength(1);
      expect(check(history({ ...run, gradients: grown(99) }))).toEqual([]);
    });

    test('when the loss has less than doubled', () => {
      expect(check(history({ ...diverging, loss: (step) => (step < 10 ? 1 : 1.9) }))).toEqual([]);
    });

    test('on fewer than three records, or than ten where less than three precede it', () => {
      const early = {
        ...diverging,
        gradients: (step: number) => ofNorm(step < 2 ? 2 : 1e4),
        loss: (step: number) => (step < 2 ? 1 : 9),
      };

      expect(check(history({ ...diverging, steps: 13 }))).toEqual([]); // two records since step 11; growth is 125
      expect(check(history({ ...diverging, steps: 14 }))).toHaveLength(1);
      expect(check(history({ ...early, steps: 11 }))).toEqual([]);
      expect(check(history({ ...early, steps: 12 }))).toHaveLength(1);
    });
  });

  describe('is silent on healthy training', () => {
    test('when the norm grows while the loss falls, as on leaving a plateau', () => {
      const leaving = (step: number) => (step < 30 ? 0.69 : 0.69 * 0.9 ** (step - 30));

      expect(
        check(
          history({ steps: 60, model, loss: leaving, gradients: (step) => ofNorm(step < 30 ? 1e-4 : 1) }),
        ),
      ).toEqual([]);
    });

    test('when it falls from a high beginning', () => {
      expect(check(history({ steps: 50, model, gradients: (step) => ofNorm(1e6 * 0.7 ** step) }))).toEqual(
        [],
      );
    });

    test('on a spike from which the loss recovers', () => {
      const spike = (step: number) => (step === 20 ? 1e5 : 1);

      expect(
        check(
          history({
            steps: 60,
            model,
            gradients: (step) => ofNorm(spike(step)),
            loss: (step) => (step === 21 ? 900 : fallingLoss(step)),
          }),
        ),
      ).toEqual([]);
    });
  });

  describe('over the layers', () => {
    const deep = stack(6, { activation: 'relu', initializers: { kernel: 'RandomNormal(0, 1)' } });
    const grown = (first: number) => () =>
      Object.fromEntries([...deep.layers].map(({ path }, i) => [`${path}/kernel`, first ** (1 - i / 6)]));
    const initial = { steps: 20, loss: flatLoss, model: deep, gradients: grown(1e4) };

    test('fires when the first layers get a hundred times the output gradient and the loss does not improve', () => {
      const [finding] = check(history(initial));

      expect(finding).toMatchObject({ severity: 'warning', where: 'h1', firstStep: 0, lastStep: 19 });
      expect(finding?.message).toBe(
        "h1: gradient norm 10000, 10000 times the output layer's, and the loss does not improve: the gradient grows on " +
          'its way back through 6 layers.',
      );
      expect(finding?.remedies.map(({ kind, to }) => [kind, to])).toEqual([
        ['initializer', 'heNormal'],
        ['clip', 'clipByGlobalNorm(1)'],
        ['learning-rate', 0.001],
      ]);
    });

    test('is silent below that ratio, on fewer than ten records, without a model and while the loss falls', () => {
      expect(check(history({ ...initial, gradients: grown(99) }))).toEqual([]);
      expect(check(history({ ...initial, steps: 9 }))).toEqual([]);
      expect(check(history({ ...initial, model: null }))).toEqual([]);
      expect(check(history({ ...initial, loss: fallingLoss }))).toEqual([]);
    });

    test('is silent where only the input is large: the gradients of biases do not grow', () => {
      const biases = Object.fromEntries(deep.layers.map(({ path }) => [`${path}/bias`, 1]));

      expect(check(history({ ...initial, gradients: () => ({ ...grown(1e4)(), ...biases }) }))).toEqual([]);
    });

    test('is silent on two layers, which is no way to grow on, unless one is recurrent', () => {
      const shallow = (className: string) =>
        stack(1, { className, initializers: { kernel: 'VarianceScaling(1, fanAvg, normal)' } });
      const run = { ...initial, gradients: () => ({ 'h1/kernel': 1e4, 'out/kernel': 1 }) };

      expect(check(history({ ...run, model: shallow('Dense') }))).toEqual([]);
      expect(check(history({ ...run, model: shallow('LSTM') }))).toMatchObject([
        { where: 'h1', remedies: [{ kind: 'clip' }, { kind: 'learning-rate' }] },
      ]);
    });

    test('is silent where the norms are small: the output is converging', () => {
      const small = () =>
        Object.fromEntries(Object.entries(grown(1e4)()).map(([key, norm]) => [key, norm / 2000]));

      expect(check(history({ ...initial, gradients: small }))).toEqual([]);
    });
  });

  describe('without part of the data', () => {
    test('no loss: a norm that stays high for 20 records is enough, a spike is not', () => {
      const noLoss = { steps: 40, model, loss: () => null };

      expect(check(history({ ...noLoss, gradients: (step) => ofNorm(step < 10 ? 2 : 500) }))).toHaveLength(1);
      expect(check(history({ ...noLoss, gradients: (step) => ofNorm(step === 10 ? 1e6 : 2) }))).toEqual([]);
    });

    test('no variables: the whole model is named', () => {
      const bare = history({ ...diverging, change: (record) => ({ ...record, variables: {} }) });

      expect(check(bare)).toMatchObject([{ where: 'model' }]);
    });

    test('one record, no record, or NaN from the first on', () => {
      expect(check(history({ ...diverging, steps: 1 }))).toEqual([]);
      expect(check(history({ ...diverging, steps: 0 }))).toEqual([]);
      expect(check(history({ ...diverging, gradients: () => ofNorm(Number.NaN) }))).toEqual([]);
    });
  });

  describe('with an explicit threshold', () => {
    const rule = explodingGradient({ above: 10 });
    const at = (...norms: number[]) =>
      history({ steps: norms.length, gradients: (step) => ({ 'a/kernel': norms[step] ?? 0 }) });

    test('fires at any step above it, whatever the loss does', () => {
      expect(rule.check(at(1, 12, 1, 30, 1))).toMatchObject([
        {
          severity: 'warning',
          where: 'a',
          firstStep: 1,
          lastStep: 3,
          evidence: { gradientNorm: 12, largestNorm: 30, above: 10, steps: 2 },
          remedies: [{ kind: 'clip', to: 'clipByGlobalNorm(10)' }, { kind: 'learning-rate' }],
        },
      ]);
    });

    test('does not fire at the threshold, nor on NaN, but on Infinity', () => {
      expect(rule.check(at(10, Number.NaN))).toEqual([]);
      expect(rule.check(at(1, Infinity))).toHaveLength(1);
    });

    test('is an error when the run ends in NaN', () => {
      expect(rule.check(at(1, 12, Number.NaN))).toMatchObject([{ severity: 'error', firstStep: 1 }]);
    });

    test('is a warning where the norm only exceeds it after a NaN', () => {
      expect(rule.check(at(1, Number.NaN, 12))).toMatchObject([{ severity: 'warning', firstStep: 2 }]);
    });

    test('is an error while the loss diverges, of the whole model where no layer is known', () => {
      const above20 = explodingGradient({ above: 20 });
      expect(above20.check(history(diverging))).toMatchObject([{ severity: 'error', where: 'dense_1' }]);
      const bare = history({ ...diverging, change: (record) => ({ ...record, variables: {} }) });
      expect(above20.check(bare)).toMatchObject([{ severity: 'error', where: 'model' }]);
    });
  });
});
