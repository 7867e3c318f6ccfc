import { describe, expect, test } from 'vitest';
import type { StepRecord } from '../../src/record/run.js';
import { classifier, failing, usual, weightsOf } from './facts.js';
import { chain } from './histories.js';
import { unchangedWeights, updateRatioHigh, updateRatioLow } from './told.js';

const still = { weightNorm: 10, updateNorm: 0 };
const moving = { weightNorm: 10, updateNorm: 0.01 };

describe('unchangedWeights', () => {
  const check = (change: (record: StepRecord) => StepRecord, parts = {}) =>
    unchangedWeights().check(failing({ gradients: usual, change, ...parts }));
  const atRest = weightsOf({ '*': still });
  const rated = (rate: (step: number) => number | null) =>
    check((record) => ({ ...atRest(record), learningRate: rate(record.step) }))[0];

  test('needs ten records, and losses enough to speak of a trend', () => {
    expect(check(atRest, { steps: 10 })).toHaveLength(1);
    expect(check(atRest, { steps: 9 })).toEqual([]);
    const soon = (steps: number) =>
      unchangedWeights({ overRecords: 2 }).check(failing({ gradients: usual, change: atRest, steps }));
    expect(soon(5)).toEqual([]);
    expect(soon(6)).toHaveLength(1);
  });

  test('needs all weight matrices of a layer to stand still in all of ten records', () => {
    const once = (record: StepRecord) => weightsOf({ '*': record.step === 115 ? moving : still })(record);
    expect(check(once)).toEqual([]);
    const gradients = () => ({ 'rnn/kernel': 1, 'rnn/recurrent_kernel': 1 });
    expect(check(weightsOf({ 'rnn/kernel': still, '*': moving }), { gradients, model: null })).toEqual([]);
    expect(check(atRest, { gradients, model: null })).toMatchObject([{ where: 'rnn', firstStep: 110 }]);
  });

  test('counts layers with weight matrices alone', () => {
    const gradients = () => ({ 'norm/gamma': 1, 'norm/beta': 1, 'z/kernel': 1 });
    expect(check(atRest, { gradients, model: null })).toMatchObject([
      { where: 'z', evidence: { layers: 1 } },
    ]);
  });

  test('does not judge weights that are not finite', () => {
    expect(check(weightsOf({ '*': { weightNorm: Number.NaN, updateNorm: 0 } }))).toEqual([]);
  });

  test.each([
    [0, /steps: the learning rate is 0\.$/, 0.001],
    [null, /steps\.$/, 0.001],
    [1e-6, /steps at a learning rate of 1\.0e-6\.$/, 0.001],
    [0.02, /steps at a learning rate of 0\.02\.$/, 0.2],
  ])('at a learning rate of %s says so', (rate, message, to) => {
    const found = rated((step) => (step < 100 ? 0.5 : rate));
    expect(found?.message).toMatch(message);
    expect(found?.remedies).toMatchObject([{ to }]);
  });
});

describe('updateRatioHigh and updateRatioLow', () => {
  const run = (change: (record: StepRecord) => StepRecord, parts = {}) =>
    failing({ gradients: usual, change, ...parts });

  test('need ten records', () => {
    // A loss that is lost makes a run of any length fail.
    const lost = (steps: number) => ({
      steps,
      loss: (step: number) => (step < steps - 1 ? 0.7 : Number.NaN),
    });
    const fast = weightsOf({ '*': { weightNorm: 10, updateNorm: 5 } });
    expect(updateRatioHigh().check(run(fast, lost(10)))).toHaveLength(1);
    expect(updateRatioHigh().check(run(fast, lost(9)))).toEqual([]);
  });

  test('leave a ratio at the threshold alone', () => {
    const quarter = weightsOf({ '*': { weightNorm: 4, updateNorm: 1 } });
    expect(updateRatioHigh({ ratio: 0.25 }).check(run(quarter))).toEqual([]);
    expect(updateRatioLow({ ratio: 0.25 }).check(run(quarter))).toEqual([]);
    expect(updateRatioHigh({ ratio: 0.24 }).check(run(quarter))).toHaveLength(1);
    expect(updateRatioLow({ ratio: 0.26 }).check(run(quarter))).toHaveLength(1);
  });

  test('count weights near 0 as large as those that keep the variance, where they move far', () => {
    // sqrt(100 units) = 10: half of the weights are a twentieth of that.
    const weights = { kernel: [100, 100] };
    const model = chain(['h1', 'h2', 'out'].map((path) => ({ path, weights })));
    const half = weightsOf({ '*': { weightNorm: 1, updateNorm: 0.5 } });
    expect(updateRatioHigh({ ratio: 0.04 }).check(run(half, { model }))).toMatchObject([
      // What is told is the change as it is.
      { evidence: { updateRatio: 0.5 }, message: expect.stringContaining('by 0.5 of themselves') },
    ]);
    expect(updateRatioHigh({ ratio: 0.06 }).check(run(half, { model }))).toEqual([]);
    expect(updateRatioLow({ ratio: 0.4 }).check(run(half, { model }))).toEqual([]);
  });

  test('advise no other optimizer where all weight matrices stand still, whatever scales and shifts do', () => {
    const slow = { weightNorm: 10, updateNorm: 1e-6 };
    const gradients = () => ({ ...usual(), 'norm/gamma': 1 });
    const change = weightsOf({ 'norm/gamma': moving, '*': slow });
    expect(updateRatioLow().check(run(change, { gradients }))).toMatchObject([{ remedies: [] }]);
  });

  test('advise no other optimizer than one that is not known', () => {
    const change = weightsOf({ 'h1/kernel': { weightNorm: 10, updateNorm: 1e-6 }, '*': moving });
    expect(updateRatioLow().check(run(change, { model: null }))).toMatchObject([{ remedies: [] }]);
    expect(updateRatioLow().check(run(change, { model: classifier({}) }))).toMatchObject([
      { remedies: [{ kind: 'optimizer' }] },
    ]);
  });
});
