import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/record/finding.js';
import type { ModelFacts, Run, StepRecord } from '../../src/record/run.js';
import { chain, flatLoss, type Gradient, history, stack, stats } from './histories.js';
import { zeroGradient } from './told.js';

const check = (run: Run): Finding[] => zeroGradient().check(run);
/** Gradients of a stack of three hidden layers: kernel and bias of each, the output last. */
const of = (...norms: readonly (readonly [kernel: Gradient, bias: Gradient])[]) =>
  Object.fromEntries(
    norms.flatMap(([kernel, bias], i) => {
      const path = i === norms.length - 1 ? 'out' : `h${i + 1}`;
      return [
        [`${path}/kernel`, kernel],
        [`${path}/bias`, bias],
      ];
    }),
  );
const relu = stack(3, { activation: 'relu' });
const allZero = () => of([0, 0], [0, 0], [0, 0], [0, 0]);
// h2 is dead: nothing passes it backward, and the kernel of h3 sees an input of 0 while its bias does not.
const deadSecond = () => of([0, 0], [0, 0], [0, 0.1], [1, 1]);
const dead = { steps: 20, loss: flatLoss, model: relu, gradients: deadSecond };

const withOutput = (activation: string, loss: string): ModelFacts =>
  chain([{ path: 'h1' }, { path: 'h2' }, { path: 'h3' }, { path: 'out', activation }], loss);

describe('zeroGradient', () => {
  test('names the dead layer, not the one after it whose kernel is at 0 too', () => {
    expect(check(history(dead))).toMatchObject([
      {
        rule: 'zero-gradient',
        severity: 'warning',
        where: 'h2',
        firstStep: 0,
        lastStep: 19,
        evidence: { layers: 3, ofLayers: 4 },
        message:
          'h1 and 2 more: the gradients of their weights have been exactly 0 since step 0: h2 is dead: all its units are off ' +
          'for every sample, where relu has no slope.',
        remedies: [
          { kind: 'activation', layers: ['h2'], to: 'leakyRelu' },
          { kind: 'initializer', to: 'heNormal' },
        ],
      },
    ]);
  });

  test('is an error when no kernel gets a gradient, though the output bias does', () => {
    const cut = () => of([0, 0], [0, 0], [0, 0], [0, 1]);

    expect(check(history({ ...dead, gradients: cut }))).toMatchObject([{ severity: 'error', where: 'h3' }]);
  });

  test('tells the step since when', () => {
    const since12 = (step: number) => (step < 12 ? of([1, 1], [1, 1], [1, 1], [1, 1]) : deadSecond());

    expect(check(history({ ...dead, steps: 30, gradients: since12 }))).toMatchObject([{ firstStep: 12 }]);
  });

  describe('tells the reasons apart', () => {
    const reason = (
      model: ModelFacts,
      gradients: () => Record<string, Gradient>,
      change?: (record: StepRecord) => StepRecord,
    ) => check(history({ steps: 5, loss: flatLoss, model, gradients, ...(change && { change }) }))[0];

    test('softmax over one unit', () => {
      const model = withOutput('softmax', 'binaryCrossentropy');
      const one = () => ({ ...allZero(), 'out/bias': stats(0, 1) });

      expect(reason(model, one)).toMatchObject({
        severity: 'error',
        where: 'out',
        message: expect.stringContaining('softmax over the one unit of the output is always 1'),
        remedies: [{ kind: 'output', layers: ['out'], to: 'sigmoid' }],
      });
    });

    test('relu under a cross-entropy, and under another loss', () => {
      expect(reason(withOutput('relu', 'categoricalCrossentropy'), allZero)?.remedies).toMatchObject([
        { to: 'softmax' },
      ]);
      expect(reason(withOutput('relu', 'binaryCrossentropy'), allZero)?.remedies).toMatchObject([
        { to: 'sigmoid' },
      ]);
      expect(reason(withOutput('relu', 'meanSquaredError'), allZero)).toMatchObject({
        message: expect.stringContaining('every output is cut to 0 by relu'),
        remedies: [{ kind: 'output', to: 'linear' }],
      });
    });

    test('predictions so certain that the cross-entropy is cut off', () => {
      expect(reason(withOutput('softmax', 'categoricalCrossentropy'), allZero)).toMatchObject({
        severity: 'warning',
        message: expect.stringContaining('tfjs cuts the cross-entropy off there'),
        remedies: [{ kind: 'input-scale' }],
      });
    });

    test('and for that, the learning rate where it began later, the weights where it began at once', () => {
      const model = { ...withOutput('softmax', 'categoricalCrossentropy') };
      const [h1, ...others] = model.layers;
      const wide = {
        ...model,
        layers: [{ ...h1!, initializers: { kernel: 'RandomNormal(0, 1)' } }, ...others],
      };
      const later = history({
        steps: 20,
        loss: flatLoss,
        model: wide,
        gradients: (step) => (step < 5 ? of([1, 1], [1, 1], [1, 1], [1, 1]) : allZero()),
      });

      expect(reason(wide, allZero)?.remedies.map(({ kind }) => kind)).toEqual(['initializer', 'input-scale']);
      expect(check(later)[0]?.remedies.map(({ kind }) => kind)).toEqual(['learning-rate', 'input-scale']);
    });

    test('a loss that passes nothing on', () => {
      expect(reason(withOutput('linear', 'custom'), allZero)).toMatchObject({
        where: 'out',
        message: expect.stringContaining('no gradient leaves the loss'),
        remedies: [],
      });
    });

    test('weights of 0', () => {
      const zeroWeights = (record: StepRecord): StepRecord => ({
        ...record,
        variables: { ...record.variables, 'h2/kernel': { ...record.variables['h2/kernel']!, weightNorm: 0 } },
      });

      expect(reason(relu, deadSecond, zeroWeights)).toMatchObject({
        message: expect.stringContaining('all weights of h2 are 0'),
        remedies: [{ kind: 'initializer', layers: ['h2'] }],
      });
    });

    test('a saturated layer', () => {
      expect(reason(stack(3, { activation: 'tanh' }), deadSecond)).toMatchObject({
        message: expect.stringContaining('h2 is saturated'),
        remedies: [{ kind: 'normalization' }],
      });
    });

    test('a gradient too small for float32, which vanished before it was 0', () => {
      const tiny = () => of([0, 0], [0, 0], [1e-40, 1e-40], [1, 1]);

      expect(reason(stack(3, { activation: 'sigmoid' }), tiny)).toMatchObject({
        because: 'vanishing-gradient',
        message: expect.stringContaining('h3 still gets at most 5.0e-41'), // norm 1e-40 over 4 elements
      });
    });

    test('dead units that records of activations count', () => {
      const tapped = (record: StepRecord): StepRecord => ({
        ...record,
        layers: { h2: { output: stats(0), outputGradient: stats(1), deadShare: 0.95 } },
      });

      expect(reason(relu, deadSecond, tapped)?.message).toContain('95 % of its units are off');
    });
  });

  describe('knows what went before', () => {
    test('an explosion', () => {
      const blown = (step: number) =>
        step < 8
          ? of([1, 1], [1, 1], [1, 1], [1, 1])
          : step < 10
            ? of([1e9, 1], [1, 1], [1, 1], [1, 1])
            : allZero();
      const run = history({
        steps: 40,
        model: withOutput('linear', 'meanSquaredError'),
        gradients: (step) => ({ ...blown(step), 'out/bias': 1 }),
        loss: (step) => (step < 8 ? 3 : step < 10 ? 1e12 : 5),
      });

      expect(check(run)).toMatchObject([{ because: 'exploding-gradient', firstStep: 10 }]);
    });

    test('a vanishing gradient', () => {
      const faded = (step: number) => (step < 8 ? of([1e-9, 1], [1e-8, 1], [1e-7, 1], [1, 1]) : deadSecond());

      expect(check(history({ ...dead, gradients: faded }))).toMatchObject([
        { because: 'vanishing-gradient', firstStep: 8 },
      ]);
    });
  });

  describe('just does not fire', () => {
    test('three records from the first on are enough, two are not', () => {
      expect(check(history({ ...dead, steps: 3 }))).toHaveLength(1);
      expect(check(history({ ...dead, steps: 2 }))).toEqual([]);
    });

    test('after a live beginning it takes ten', () => {
      const since = (first: number) => (step: number) =>
        step < first ? of([1, 1], [1, 1], [1, 1], [1, 1]) : deadSecond();

      expect(check(history({ ...dead, gradients: since(10) }))).toHaveLength(1);
      expect(check(history({ ...dead, gradients: since(11) }))).toEqual([]);
    });

    test('one element that is not 0 is a gradient', () => {
      const sparse = { ...stats(0, 1000), norm: 1e-20, zeros: 999, max: 1e-20 };

      expect(
        check(
          history({
            ...dead,
            gradients: () => ({ ...of([1, 1], [1, 1], [1, 1], [1, 1]), 'h1/kernel': sparse }),
          }),
        ),
      ).toEqual([]);
    });

    test('a bias at 0 is no layer at 0', () => {
      expect(check(history({ ...dead, gradients: () => of([1, 0], [1, 0], [1, 0], [1, 0]) }))).toEqual([]);
    });

    test('a loss of all but zero is convergence', () => {
      expect(check(history({ ...dead, gradients: allZero, loss: () => 1e-9 }))).toEqual([]);
    });

    test('NaN is not 0, though its norm over finite elements is', () => {
      const nan = () => of([Number.NaN, 0], [Number.NaN, 0], [Number.NaN, 0], [Number.NaN, 0]);

      expect(check(history({ ...dead, gradients: nan }))).toEqual([]);
    });
  });

  test('leaves weights that no gradient reaches to the rule for disconnected weights', () => {
    const detached = () => of([null, null], [1, 1], [1, 1], [1, 1]);

    expect(check(history({ ...dead, gradients: detached }))).toEqual([]);
  });

  describe('without part of the data', () => {
    test('no loss: fires while others learn or when nothing ever did, not when all have come to rest', () => {
      const rest = (step: number) => (step < 5 ? of([1, 1], [1, 1], [1, 1], [1, 1]) : allZero());
      const noLoss = { ...dead, loss: () => null };

      expect(check(history(noLoss))).toHaveLength(1);
      expect(check(history({ ...noLoss, gradients: allZero }))).toHaveLength(1);
      expect(check(history({ ...noLoss, steps: 30, gradients: rest }))).toEqual([]);
    });

    test('no model: a layer is named, but no reason', () => {
      expect(check(history({ ...dead, model: null }))).toMatchObject([{ where: 'h1', remedies: [] }]);
    });

    test('one record, or none', () => {
      expect(check(history({ ...dead, steps: 1 }))).toEqual([]);
      expect(check(history({ ...dead, steps: 0 }))).toEqual([]);
    });
  });
});
