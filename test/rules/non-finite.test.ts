import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/record/finding.js';
import type { ClipRecord, Run } from '../../src/record/run.js';
import { chain, history, stats } from './histories.js';
import { nonFinite } from './told.js';

const model = chain([{ path: 'a' }, { path: 'b' }, { path: 'c' }]);
const gradients = (a: number, b: number, c: number) => ({ 'a/kernel': a, 'b/kernel': b, 'c/kernel': c });
const healthy = () => gradients(1, 1, 1);
const check = (run: Run): Finding[] => nonFinite().check(run);
const clip = (accepted: boolean): ClipRecord => ({
  name: 'skipNonFinite()',
  normAfter: accepted ? Number.NaN : 0,
  fired: true,
  accepted,
  cosine: Number.NaN,
});

describe('nonFinite', () => {
  test('names the first step and the first layer in backward order', () => {
    const run = history({
      steps: 20,
      model,
      gradients: (step) => (step < 7 ? healthy() : gradients(Number.NaN, Infinity, 1)),
    });

    expect(check(run)).toMatchObject([
      {
        rule: 'non-finite',
        severity: 'error',
        where: 'b',
        firstStep: 7,
        lastStep: 19,
        evidence: { gradients: 2, weights: 0, steps: 13 },
        message:
          '2 of 3 gradients are not finite from step 7 on, b being the first of them in backward order.',
        remedies: [
          { kind: 'learning-rate', to: 0.001 },
          { kind: 'clip', to: 'skipNonFinite()' },
        ],
      },
    ]);
  });

  test('tells loss, weights and gradients that broke at once', () => {
    const run = history({
      steps: 5,
      model,
      loss: (step) => (step < 4 ? 1 : -Infinity),
      gradients: (step) => (step < 4 ? healthy() : gradients(Number.NaN, Number.NaN, Number.NaN)),
      change: (record) =>
        record.step < 4
          ? record
          : {
              ...record,
              variables: {
                ...record.variables,
                'a/kernel': { ...record.variables['a/kernel']!, weightNorm: Number.NaN },
              },
            },
    });

    expect(check(run)[0]?.message).toBe(
      'The loss is -Infinity, 1 of 3 weights is not finite, 3 of 3 gradients are not finite from step 4 on, c being the ' +
        'first of them in backward order.',
    );
  });

  test('finds weights that broke though loss and gradients are finite', () => {
    const run = history({
      steps: 3,
      change: (record) => ({
        ...record,
        variables: {
          ...record.variables,
          'dense_1/bias': { ...record.variables['dense_1/bias']!, weightNorm: Infinity },
        },
      }),
    });

    expect(check(run)).toMatchObject([
      { severity: 'error', where: 'dense_1', firstStep: 2, evidence: { weights: 1 } },
    ]);
  });

  test('names an exploding gradient as the cause, and the norms before', () => {
    const run = history({
      steps: 20,
      model,
      gradients: (step) =>
        step < 12 ? gradients(10 ** Math.max(0, step - 5), 0, 0) : gradients(Infinity, 1, 1),
    });

    expect(check(run)).toMatchObject([
      {
        because: 'exploding-gradient',
        where: 'a',
        message: expect.stringContaining('The gradient norm had grown from 1 to 1.0e6 before.'),
        remedies: [{ kind: 'learning-rate' }],
      },
    ]);
  });

  test('names an update larger than the weights as such a cause', () => {
    const run = history({
      steps: 2,
      model,
      gradients: (step) => (step === 0 ? healthy() : gradients(1, 1, Number.NaN)),
      change: (record) => ({
        ...record,
        variables: Object.fromEntries(
          Object.entries(record.variables).map(([key, weight]) => [key, { ...weight, updateNorm: 3 }]),
        ),
      }),
    });

    expect(check(run)).toMatchObject([
      {
        because: 'exploding-gradient',
        message: expect.stringContaining('The update before was 3 times as large as the weights.'),
      },
    ]);
  });

  test('names NaN in the data, for which no remedy helps', () => {
    const run = history({ steps: 1, model, loss: () => Number.NaN });
    const dirty = { ...run, data: { input: { ...stats(1), nans: 3, infs: 1 }, target: stats(1) } };

    expect(check(dirty)).toMatchObject([
      {
        message:
          'The loss is NaN from step 0 on. The input itself holds 3 NaN and 1 infinite among the 4 numbers looked at: ' +
          'leave such samples out, or fill them in.',
        remedies: [],
      },
    ]);
  });

  test('counts what both inputs and targets hold', () => {
    const run = history({ steps: 1, model, loss: () => Number.NaN });
    const holding = (nans: number, infs: number) => ({ ...stats(1), nans, infs });

    expect(check({ ...run, data: { input: holding(1, 0), target: holding(0, 2) } })).toMatchObject([
      {
        message:
          'The loss is NaN from step 0 on. The input itself holds 1 NaN among the 4 numbers looked at, ' +
          'and the target itself holds 2 infinite among the 4 numbers looked at: leave such samples out, or fill them in.',
        remedies: [],
      },
    ]);
  });

  test('does not speak of a loss that is not known', () => {
    const run = history({ steps: 1, model, loss: () => null, gradients: () => gradients(1, 1, Number.NaN) });

    expect(check(run)[0]?.message).toBe(
      '1 of 3 gradients is not finite from step 0 on, c being the first of them in backward order.',
    );
  });

  test('blames no rate before the first update, and advises no other', () => {
    const found = (from: number) =>
      check(history({ steps: 3, model, loss: (step) => (step < from ? 1 : Number.NaN) }))[0];
    const said =
      'No update came before it: look at the loss function, and at what the model returns to begin with.';
    expect(found(0)?.message).toContain(said);
    expect(found(0)?.remedies.map(({ kind }) => kind)).toEqual(['clip']);
    expect(found(1)?.message).not.toContain(said);
    expect(found(1)?.remedies.map(({ kind }) => kind)).toEqual(['learning-rate', 'clip']);
  });

  test('names an output that gives the loss no probabilities', () => {
    const relu = chain([{ path: 'a' }, { path: 'out', activation: 'relu' }], 'categoricalCrossentropy');

    expect(check(history({ steps: 1, model: relu, loss: () => Number.NaN }))[0]?.remedies[0]).toMatchObject({
      kind: 'output',
      layers: ['out'],
      to: 'softmax',
    });
  });

  describe('judges how bad it is', () => {
    const once = {
      steps: 9,
      model,
      gradients: (step: number) => (step === 4 ? gradients(1, 1, Number.NaN) : healthy()),
    };

    test('info, when a clip rejected it and training went on', () => {
      const run = history({ ...once, change: (record) => ({ ...record, clip: clip(record.step !== 4) }) });

      expect(check(run)).toMatchObject([{ severity: 'info', firstStep: 4, lastStep: 4 }]);
      expect(check(run)[0]?.message).toContain(
        'skipNonFinite() kept it from the weights; it happened in 1 of 9 recorded steps.',
      );
    });

    // Each row: whether the step was taken, the norm that was handed on, and the judgement.
    test.each([
      [false, Number.NaN, 'info'],
      [false, 0, 'info'],
      [true, 1, 'info'],
      [true, Number.NaN, 'warning'],
    ])('of a clip that accepted it: %s, and handed on a norm of %s', (accepted, normAfter, severity) => {
      const change = { ...clip(accepted), normAfter };

      expect(check(history({ ...once, change: (record) => ({ ...record, clip: change }) }))).toMatchObject([
        { severity },
      ]);
    });

    test('warning, when the clip kept one of two from the weights', () => {
      const twice = (step: number) => (step === 4 || step === 6 ? gradients(1, 1, Number.NaN) : healthy());
      const run = history({
        ...once,
        gradients: twice,
        change: (record) => ({ ...record, clip: clip(record.step !== 4) }),
      });

      expect(check(run)).toMatchObject([{ severity: 'warning', firstStep: 4, lastStep: 6 }]);
    });

    test('warning, when training came back by itself', () => {
      expect(check(history(once))).toMatchObject([{ severity: 'warning' }]);
    });

    test('error, when every step since is rejected', () => {
      const forever = (step: number) => (step >= 4 ? gradients(1, 1, Number.NaN) : healthy());
      const run = history({
        ...once,
        gradients: forever,
        change: (record) => ({ ...record, clip: clip(false) }),
      });

      expect(check(run)).toMatchObject([{ severity: 'error' }]);
    });
  });

  describe('without part of the data', () => {
    test('no model: the layer is named only where there is but one', () => {
      const bad = () => ({ 'a/kernel': Number.NaN, 'b/kernel': 1 });

      expect(check(history({ steps: 1, gradients: bad }))).toMatchObject([{ where: 'a' }]);
      expect(
        check(history({ steps: 1, gradients: () => gradients(Number.NaN, Number.NaN, 1) })),
      ).toMatchObject([{ where: 'model' }]);
    });

    test('no variables', () => {
      const bare = history({
        steps: 2,
        change: (record) => ({ ...record, globalNorm: Infinity, variables: {} }),
      });

      expect(check(bare)).toMatchObject([
        { where: 'model', firstStep: 0, message: 'The global gradient norm is Infinity from step 0 on.' },
      ]);
    });
  });

  test('is silent on finite numbers of any size, on an unknown loss and on no steps', () => {
    expect(
      check(history({ steps: 5, loss: () => 1e300, gradients: () => gradients(1e30, 1e-45, 0) })),
    ).toEqual([]);
    expect(check(history({ steps: 5, loss: () => null }))).toEqual([]);
    expect(check(history({ steps: 0 }))).toEqual([]);
  });
});
