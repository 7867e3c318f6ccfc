import { describe, expect, test } from 'vitest';
import type { DataFacts } from '../../src/record/run.js';
import { classifier, dataStats, failing, usual } from './facts.js';
import { chain, history } from './histories.js';
import { outputLossMismatch } from './told.js';

const target = (min: number, max: number, std: number, mean = (min + max) / 2): DataFacts => ({
  input: dataStats(1),
  target: dataStats(1, { min, max, std, mean }),
});
const run = (activation: string, loss: string, units: number, data: DataFacts | null = null, steps = 1) => ({
  ...failing({
    steps,
    gradients: usual,
    model: classifier({}, { activation, weights: { kernel: [8, units] } }, loss),
  }),
  data,
});
const found = (...parts: Parameters<typeof run>) => outputLossMismatch().check(run(...parts))[0];

describe('outputLossMismatch', () => {
  test.each([
    ['softmax', 'binaryCrossentropy', 1, 'error', 'sigmoid'],
    ['sigmoid', 'categoricalCrossentropy', 1, 'error', 'binaryCrossentropy'],
    ['relu', 'categoricalCrossentropy', 3, 'warning', 'softmax'],
    ['linear', 'binaryCrossentropy', 1, 'warning', 'sigmoid'],
    ['tanh', 'sparse_categorical_crossentropy', 3, 'warning', 'softmax'],
    ['softmax', 'softmaxCrossEntropy', 3, 'warning', 'linear'],
  ])('names %s into %s over %i units at the first step', (activation, loss, units, severity, to) => {
    expect(found(activation, loss, units)).toMatchObject({
      rule: 'output-loss-mismatch',
      severity,
      where: 'out',
      firstStep: 0,
      remedies: [{ to }],
    });
  });

  test.each([
    ['sigmoid', 'binaryCrossentropy', 1],
    ['sigmoid', 'binaryCrossentropy', 5],
    ['softmax', 'categoricalCrossentropy', 3],
    ['softmax', 'sparseCategoricalCrossentropy', 3],
    ['linear', 'meanSquaredError', 1],
    ['linear', 'softmaxCrossEntropy', 3],
    ['linear', 'somethingOfMyOwn', 1],
  ])('is silent on %s into %s over %i units', (activation, loss, units) => {
    expect(found(activation, loss, units)).toBeUndefined();
  });

  test('names targets out of the range of the output, and not those just inside the slack of half a deviation', () => {
    // tanh ends at 1; a deviation of 2 leaves slack up to 2.
    expect(found('tanh', 'meanSquaredError', 1, target(-1, 2.01, 2))).toMatchObject({
      remedies: [{ to: 'linear' }],
    });
    expect(found('tanh', 'meanSquaredError', 1, target(-1, 1.99, 2))).toBeUndefined();
    expect(found('relu', 'meanSquaredError', 1, target(-3, 3, 2))).toBeDefined();
    expect(found('relu', 'meanSquaredError', 1, target(0, 300, 2))).toBeUndefined();
    expect(found('softmax', 'meanSquaredError', 2, target(0, 1, 0.4, 0.9))?.message).toContain('sum to 1');
    expect(found('sigmoid', 'binaryCrossentropy', 1, target(-1, 1, 1))?.message).toContain('expects 0 to 1');
    expect(found('softmax', 'sparseCategoricalCrossentropy', 3, target(0, 2, 1))).toBeUndefined();
  });

  test('sees through layers that pass on, and a second activation on top of one', () => {
    const layers = [
      { path: 'a', weights: { kernel: [4, 3] }, activation: 'softmax' },
      { path: 'drop', className: 'Dropout' },
      { path: 'top', className: 'Activation', activation: 'softmax' },
    ];
    const twice = history({ steps: 1, model: chain(layers, 'categoricalCrossentropy') });
    expect(outputLossMismatch().check(twice)).toMatchObject([{ where: 'top', remedies: [{ to: 'linear' }] }]);
    const once = chain(
      [{ ...layers[0], path: 'a', activation: 'linear' }, ...layers.slice(1)],
      'categoricalCrossentropy',
    );
    expect(outputLossMismatch().check(history({ steps: 1, model: once }))).toEqual([]);
  });

  test('names pairs that are merely unusual only where training fails', () => {
    expect(found('sigmoid', 'categoricalCrossentropy', 3, null, 5)).toBeUndefined();
    // ln 3 = 1.1: a loss of 0.7 is better than that, one of 1.1 is not.
    const stuck = failing({
      loss: () => 1.1,
      gradients: usual,
      model: run('sigmoid', 'categoricalCrossentropy', 3).model,
    });
    expect(outputLossMismatch().check(stuck)).toMatchObject([{ severity: 'warning' }]);
  });

  test.each([
    ['softmax', 'binaryCrossentropy', 'compete in a softmax'],
    ['softmax', 'meanSquaredError', 'small slope where it is certain and wrong'],
  ])(
    'names %s into %s over several units where training fails, and the loss that fits',
    (activation, loss, why) => {
      expect(found(activation, loss, 3, null, 5)).toBeUndefined();
      const stuck = failing({ loss: () => 5, gradients: usual, model: run(activation, loss, 3).model });
      expect(outputLossMismatch().check(stuck)).toMatchObject([
        {
          severity: 'warning',
          message: expect.stringMatching(why),
          remedies: [{ kind: 'loss', to: 'categoricalCrossentropy' }],
        },
      ]);
    },
  );

  test('is silent where the loss plainly falls, without a model and without a step', () => {
    const good = {
      ...run('relu', 'categoricalCrossentropy', 3),
      steps: history({ steps: 60, loss: (s) => 2 * 0.9 ** s }).steps,
    };
    expect(outputLossMismatch().check(good)).toEqual([]);
    expect(outputLossMismatch().check(history({ steps: 30 }))).toEqual([]);
    expect(outputLossMismatch().check({ ...run('relu', 'binaryCrossentropy', 1), steps: [] })).toEqual([]);
  });

  test('is silent at a quarter of a constant prediction, unless no training can help', () => {
    // A constant prediction reaches 100, the variance of the targets.
    const at = (activation: string, loss: number) =>
      outputLossMismatch().check({
        ...run(activation, 'meanSquaredError', 1, target(-30, 30, 10)),
        steps: history({ steps: 24, loss: () => loss }).steps,
      });
    expect(at('tanh', 26)).toHaveLength(1);
    expect(at('tanh', 25)).toEqual([]);
    expect(at('softmax', 25)).toMatchObject([{ severity: 'error' }]);
  });
});
