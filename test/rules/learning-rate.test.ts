import { describe, expect, test } from 'vitest';
import type { DataFacts, StepRecord } from '../../src/record/run.js';
import { classifier, failing, usual, weightsOf } from './facts.js';
import { fallingLoss, stats } from './histories.js';
import { learningRate, unchangedWeights, updateRatioHigh, updateRatioLow } from './told.js';

/** Every weight of norm 10 moves by this share of it. */
const moving = (ratio: number, parts = {}) =>
  failing({
    gradients: usual,
    change: weightsOf({ '*': { weightNorm: 10, updateNorm: 10 * ratio } }),
    ...parts,
  });

describe('learningRate', () => {
  const check = (...parts: Parameters<typeof moving>) => learningRate().check(moving(...parts));

  test('finds updates of more than a tenth of the weights in a run that fails', () => {
    expect(check(0.11)).toMatchObject([
      {
        rule: 'learning-rate',
        severity: 'warning',
        firstStep: 0,
        message: expect.stringContaining('The learning rate of 0.01 is too high'),
        remedies: [{ kind: 'learning-rate', to: 0.001 }],
      },
    ]);
    expect(check(0.09)).toEqual([]);
  });

  test('finds a single update larger than the weights, and an error where nothing is finite after it', () => {
    const once = (record: StepRecord) =>
      weightsOf({ '*': { weightNorm: 10, updateNorm: record.step === 3 ? 11 : 0.01 } })(record);
    expect(check(0, { change: once })).toMatchObject([{ severity: 'warning', firstStep: 3 }]);
    const lost = (step: number) => (step > 3 ? Number.NaN : 0.7);
    expect(check(0, { change: once, loss: lost })).toMatchObject([{ severity: 'error', firstStep: 3 }]);
  });

  test('is not to blame for a NaN that is in the data', () => {
    const lost = { gradients: usual, loss: (step: number) => (step > 3 ? Number.NaN : 0.7) };
    const change = weightsOf({ '*': { weightNorm: 10, updateNorm: 11 } });
    const [input, bad] = [stats(1), stats(Number.NaN)];
    const found = (parts: object, data?: DataFacts) =>
      learningRate().check(failing({ change, ...parts }, data));
    expect(found(lost)).toHaveLength(1);
    expect(found(lost, { input, target: input })).toHaveLength(1);
    expect(found(lost, { input: bad })).toEqual([]);
    expect(found(lost, { input, target: bad })).toEqual([]);
    // Nothing was lost by it yet.
    expect(found({ gradients: usual }, { input: bad })).toHaveLength(1);
  });

  test('does not call weights fast that only start near 0', () => {
    // Weights of 8 units that keep the variance have the norm sqrt(8) = 2.8.
    const tiny = weightsOf({ '*': { weightNorm: 0.001, updateNorm: 0.01 } });
    expect(check(0, { change: tiny })).toEqual([]);
  });

  test('finds updates below 2e-4 of the weights, from the beginning until now', () => {
    expect(check(1e-4)).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('is too low') },
    ]);
    expect(check(3e-4)).toEqual([]);
    expect(check(1e-4, { steps: 40 })).toEqual([]);
    const slowing = (record: StepRecord) =>
      weightsOf({ '*': { weightNorm: 10, updateNorm: record.step < 60 ? 0.01 : 1e-4 } })(record);
    expect(check(0, { change: slowing })).toEqual([]);
  });

  test('counts a loss that falls too slowly as failing, and one at half of a constant prediction as well', () => {
    const slow = (step: number) => 0.7 - 0.0005 * step;
    expect(check(1e-4, { loss: slow })).toHaveLength(1);
    expect(check(1e-4, { loss: fallingLoss })).toEqual([]);
  });

  test('names an epsilon that outweighs the gradients', () => {
    const model = {
      ...classifier({}),
      optimizer: { className: 'Adam', config: { learningRate: 0.01, epsilon: 100 } },
    };
    expect(check(1e-6, { model })).toMatchObject([
      { evidence: { epsilon: 100 }, remedies: [{ kind: 'optimizer' }] },
    ]);
  });

  test('is silent where the epsilon is a usual one and the gradients are all but gone: these are the trouble', () => {
    const model = {
      ...classifier({}),
      optimizer: { className: 'Adam', config: { learningRate: 0.01, epsilon: 1e-7 } },
    };
    const gradients = () => ({ 'h1/kernel': 1e-12, 'h2/kernel': 1e-12, 'out/kernel': 1e-12 });
    expect(check(1e-6, { model, gradients })).toEqual([]);
    expect(check(1e-6, { model })).toHaveLength(1);
  });

  test('asks five times as much of Adadelta, which tfjs computes as SGD', () => {
    const of = (className: string) => ({ ...classifier({}), optimizer: { className, config: {} } });
    expect(check(9e-4, { model: of('Adadelta') })).toMatchObject([{ remedies: [{ to: 1 }] }]);
    expect(check(1.1e-3, { model: of('Adadelta') })).toEqual([]);
    expect(check(9e-4, { model: of('SGD') })).toEqual([]);
  });

  test('is explained by nothing where an adaptive optimizer got so low a rate, and by what makes gradients small elsewhere', () => {
    const cause = (rate: number | null, className: string, epsilon = 1e-7) => {
      const change = (record: StepRecord) => ({
        ...weightsOf({ '*': { weightNorm: 10, updateNorm: 1e-5 } })(record),
        learningRate: rate,
      });
      const model = { ...classifier({}), optimizer: { className, config: { epsilon } } };
      return check(0, { model, change }).map(({ because }) => because);
    };
    expect(cause(1.9e-5, 'Adam')).toEqual(['learning-rate']);
    expect(cause(1.9e-5, 'RMSProp')).toEqual(['learning-rate']);
    expect(cause(2e-5, 'Adam')).toEqual([undefined]);
    expect(cause(1.9e-5, 'SGD')).toEqual([undefined]);
    expect(cause(null, 'Adam')).toEqual([undefined]);
    expect(cause(1.9e-5, 'Adam', 100)).toEqual([undefined]);
  });

  test('finds a negative rate at once, unless the loss does well all the same', () => {
    const uphill = (record: StepRecord) => ({ ...record, learningRate: -0.1 });
    expect(check(0.01, { steps: 1, change: uphill })).toMatchObject([
      { severity: 'error', firstStep: 0, remedies: [{ kind: 'learning-rate', to: 0.1 }] },
    ]);
    expect(check(0.01, { change: uphill, loss: fallingLoss })).toEqual([]);
  });

  test('is silent without updates, and on a run that gets on', () => {
    expect(check(0)).toEqual([]);
    expect(check(0.5, { loss: fallingLoss })).toEqual([]);
  });
});

describe('updateRatioHigh and updateRatioLow', () => {
  test('name the first layer beyond their threshold in a run that fails', () => {
    expect(updateRatioHigh().check(moving(0.11))).toMatchObject([
      { rule: 'update-ratio-high', where: 'h1', evidence: { layers: 3 } },
    ]);
    expect(updateRatioHigh().check(moving(0.09))).toEqual([]);
    expect(updateRatioLow().check(moving(0.9e-6))).toMatchObject([{ rule: 'update-ratio-low', where: 'h1' }]);
    expect(updateRatioLow().check(moving(1.1e-6))).toEqual([]);
    expect(updateRatioLow().check(moving(0))).toEqual([]);
  });

  test('advise an optimizer that fits each step to its gradients, where the present one does not', () => {
    const remediesOf = (className: string, others: number) => {
      const model = classifier({});
      const still = { weightNorm: 10, updateNorm: 9e-6 };
      const change = weightsOf({ 'h1/kernel': still, '*': { weightNorm: 10, updateNorm: others } });
      const run = moving(0, { model: { ...model, optimizer: { className, config: {} } }, change });
      return updateRatioLow().check(run)[0]?.remedies;
    };
    expect(remediesOf('SGD', 0.01)).toMatchObject([{ kind: 'optimizer', to: 'adam(0.001)' }]);
    expect(remediesOf('Adam', 0.01)).toEqual([]);
    // Where all stand still, the rate is what to change, and the rule for it says so.
    expect(remediesOf('SGD', 9e-6)).toEqual([]);
  });

  test('are silent on a run that gets on', () => {
    expect(updateRatioHigh().check(moving(0.5, { loss: fallingLoss }))).toEqual([]);
  });
});

describe('unchangedWeights', () => {
  test('finds weights that get a gradient and do not move by a bit', () => {
    expect(unchangedWeights().check(moving(0))).toMatchObject([
      { rule: 'unchanged-weights', severity: 'warning', where: 'h1', evidence: { layers: 3 } },
    ]);
    expect(unchangedWeights().check(moving(1e-9))).toEqual([]);
  });

  test('is silent without a gradient, and on a run that gets on', () => {
    const none = () => ({ 'h1/kernel': 0, 'h2/kernel': null, 'out/kernel': 1 });
    expect(unchangedWeights().check(moving(0, { gradients: none }))).toMatchObject([
      { where: 'out', evidence: { layers: 1 } },
    ]);
    expect(unchangedWeights().check(moving(0, { loss: fallingLoss }))).toEqual([]);
  });
});
