import { describe, expect, test } from 'vitest';
import type { DataFacts, LayerFacts, ModelFacts } from '../../src/record/run.js';
import { guessLoss } from '../../src/rules/guess-loss.js';
import { classifier, dataStats } from './facts.js';
import { chain, type Gradient, history, stats } from './histories.js';

const targets = (mean: number, std: number): DataFacts => ({
  input: dataStats(1),
  target: dataStats(1, { mean, std }),
});
const guess = (model: ModelFacts | null, data: DataFacts | null = null) =>
  guessLoss({ ...history({ steps: 1, model }), data });
/** An output of three units. */
const of = (loss: string) => classifier({}, { weights: { kernel: [8, 3], bias: [3] } }, loss);

describe('guessLoss', () => {
  test.each(['binaryCrossentropy', 'binary_crossentropy', 'BinaryCrossentropy'])(
    'of %s is the entropy of the targets, taken for balanced where they were not seen',
    (loss) => {
      expect(guess(of(loss))).toBe(Math.LN2);
      expect(guess(of(loss), { input: dataStats(1) })).toBe(Math.LN2);
      // -(ln(1/4) / 4 + 3 ln(3/4) / 4)
      expect(guess(of(loss), targets(0.25, 0.4))).toBeCloseTo(0.562335, 6);
      expect(guess(of(loss), targets(0.75, 0.4))).toBeCloseTo(0.562335, 6);
    },
  );

  test.each([-0.5, 0, 1, 1.5])('of targets of mean %d, which are no two classes, is not known', (mean) => {
    expect(guess(of('binaryCrossentropy'), targets(mean, 0.4))).toBeNull();
  });

  test.each(['categoricalCrossentropy', 'sparseCategoricalCrossentropy', 'sparse_categorical_crossentropy'])(
    'of %s is that of classes equally frequent, whatever the targets',
    (loss) => {
      expect(guess(of(loss))).toBe(Math.log(3));
      expect(guess(of(loss), targets(0.1, 0.3))).toBe(Math.log(3));
      expect(guess(classifier({}, { weights: { kernel: [8, 1] } }, loss))).toBeNull();
    },
  );

  test.each(['meanSquaredError', 'mean_squared_error', 'mse'])(
    'of %s is the variance of the targets',
    (loss) => {
      expect(guess(of(loss), targets(7, 3))).toBe(9);
    },
  );

  test('is of the latest targets where they have left the first ones behind', () => {
    const recent = (std: number) => ({ ...targets(7, 3), recentTarget: dataStats(1, { mean: 7, std }) });
    expect(guess(of('meanSquaredError'), recent(4))).toBe(9);
    expect(guess(of('meanSquaredError'), recent(5))).toBe(25);
  });

  test.each(['meanAbsoluteError', 'mean_absolute_error', 'mae'])(
    'of %s is four fifths of the deviation of the targets',
    (loss) => {
      expect(guess(of(loss), targets(7, 3))).toBeCloseTo(2.4, 12);
    },
  );

  test.each(['meanAbsolutePercentageError', 'mape'])(
    'of %s is that of nought: all that is not nought itself',
    (loss) => {
      const zeros = (count: number) => ({
        input: dataStats(1),
        target: dataStats(1, { size: 100, zeros: count }),
      });
      expect(guess(of(loss), zeros(0))).toBe(100);
      expect(guess(of(loss), zeros(25))).toBe(75);
      expect(guess(of(loss), zeros(100))).toBeNull();
    },
  );

  test.each(['mse', 'mae'])('of %s is not known without targets that differ', (loss) => {
    expect(guess(of(loss))).toBeNull();
    expect(guess(of(loss), { input: dataStats(1) })).toBeNull();
    expect(guess(of(loss), targets(7, 0))).toBeNull();
  });

  test.each(['', 'none', 'huber', 'mse2', 'rmse', 'categoricalHinge', 'softmaxCrossEntropy'])(
    'of %j is not known',
    (loss) => {
      expect(guess(of(loss), targets(0.5, 0.5))).toBeNull();
    },
  );

  test('of several losses, or without a model, is not known', () => {
    expect(guess({ ...of('mse'), loss: ['mse', 'mae'] }, targets(7, 3))).toBeNull();
    expect(guess(null, targets(7, 3))).toBeNull();
  });
});

describe('guessLoss without shapes', () => {
  type Layer = Partial<LayerFacts> & { readonly path: string };
  const layers = (...output: Layer[]): Layer[] => [{ path: 'h', isOutput: false }, ...output];
  const model = (of: Layer[]) => chain(of, 'categoricalCrossentropy');
  const run = (facts: ModelFacts, ...steps: Readonly<Record<string, Gradient>>[]) =>
    history({ steps: steps.length, model: facts, gradients: (step) => steps[step]! });
  const weights = (classes: number) => ({
    'a-layer-apart/bias': stats(1, 7),
    'h/kernel': stats(1, 32),
    'h/bias': stats(1, 8),
    'out/kernel': stats(1, 8 * classes),
    'out/bias': stats(1, classes),
  });

  test('counts the classes by the bias of the output, in the newest record', () => {
    const facts = model(layers({ path: 'out' }));
    expect(guessLoss(run(facts, weights(5)))).toBe(Math.log(5));
    expect(guessLoss(run(facts, weights(5), weights(4), weights(3)))).toBe(Math.log(3));
    expect(guessLoss(run(facts, weights(2)))).toBe(Math.LN2);
    expect(guessLoss(run(facts, weights(1)))).toBeNull();
  });

  test('is not known without a bias, a gradient of it, or a record', () => {
    const facts = model(layers({ path: 'out' }));
    const { 'out/bias': _, ...withoutBias } = weights(5);
    expect(guessLoss(run(facts, withoutBias))).toBeNull();
    expect(guessLoss(run(facts, { ...weights(5), 'out/bias': null }))).toBeNull();
    expect(guessLoss(run(facts))).toBeNull();
  });

  test('is not known of several outputs', () => {
    const facts = model(layers({ path: 'out', isOutput: true }, { path: 'out2' }));
    expect(guessLoss(run(facts, { ...weights(5), 'out2/bias': stats(1, 5) }))).toBeNull();
  });
});
