import { describe, expect, test } from 'vitest';
import type { Run, StepRecord } from '../../src/record/run.js';
import { type VanishingGradientOptions, vanishingGradient } from '../../src/rules/vanishing-gradient.js';
import { weightsOf } from './facts.js';
import { chain, fading, flatLoss, type Gradient, history, stack, stats } from './histories.js';

const model = stack(3, { activation: 'sigmoid' });
/** Norms of the kernels of three hidden layers, beside an output of norm 1. */
const of = (h1: Gradient, h2: Gradient = 1, h3: Gradient = 1) => ({
  'h1/kernel': h1,
  'h2/kernel': h2,
  'h3/kernel': h3,
  'out/kernel': 1,
});
const base = { steps: 20, loss: flatLoss, model };
const check = (parts: Partial<Parameters<typeof history>[0]>, options: VanishingGradientOptions = {}) =>
  vanishingGradient(options).check(history({ ...base, ...parts }));
const norms = (...args: Parameters<typeof of>) => check({ gradients: () => of(...args) });
/** What ten records with this norm in each of them tell, of an output of norm 1. */
const series = (...values: readonly number[]) =>
  check({ steps: values.length, gradients: (step) => of(values[step] ?? 0) });

describe('judges the newest records', () => {
  test('one batch at ten times the ratio is one too many', () => {
    const nine = Array.from({ length: 9 }, () => 9e-5);

    expect(series(...nine, 9e-5)).toHaveLength(1);
    expect(series(0.0099, ...nine)).toEqual([]); // the mean of the norms is above 1e-4
    const low = nine.map(() => 2e-5);
    expect(series(0.0099, ...low)).toHaveLength(1);
    expect(series(0.01, ...low)).toEqual([]);
  });

  test('the mean must be below the ratio', () => {
    // Powers of two keep the mean of their logarithms free of rounding.
    const below = { ratio: 0.25, overRecords: 3 };
    const small = (first: number) => ({
      gradients: () => ({
        ...of(first),
        'h2/kernel': 2 ** -14,
        'h3/kernel': 2 ** -14,
        'out/kernel': 2 ** -14,
      }),
    });

    expect(check(small(2 ** -16), below)).toEqual([]);
    expect(check(small(2 ** -17), below)).toHaveLength(1);
  });

  test('three of them, where each ratio is 1e-5 or less', () => {
    expect(series(1e-5, 1e-5, 1e-5)).toHaveLength(1);
    expect(series(1e-5, 1.1e-5, 1e-5)).toEqual([]);
    expect(series(1e-6, 1e-4, 1e-6)).toEqual([]);
  });

  test('a ratio that grew more than threefold is left its time', () => {
    const tiny = 2 ** -24;

    expect(series(tiny, tiny, 3 * tiny)).toHaveLength(1);
    expect(series(tiny, tiny, 3.1 * tiny)).toEqual([]);
  });
});

describe('a run stuck for a hundred losses', () => {
  const slow = (updateNorm: number, gradient: number, steps = 120) =>
    check({ steps, gradients: () => of(gradient), change: weightsOf({ 'h1/kernel': { updateNorm } }) });

  test('is judged by ten times the ratio', () => {
    // Of an output of norm 0.01: a ratio of 5e-3.
    const small = () => ({ 'h1/kernel': 5e-5, 'h2/kernel': 0.01, 'h3/kernel': 0.01, 'out/kernel': 0.01 });

    expect(check({ steps: 100, gradients: small })).toHaveLength(1);
    expect(check({ steps: 99, gradients: small })).toEqual([]);
  });

  test('and by updates below a ten-thousandth of the weights of that layer, where gradients are not small', () => {
    expect(slow(9e-5, 1e-3)).toMatchObject([{ where: 'h1', evidence: { layers: 1 } }]);
    expect(slow(1e-4, 1e-3)).toEqual([]);
    expect(slow(9e-5, 1e-3, 99)).toEqual([]);
    const others = weightsOf({
      'h1/kernel': { updateNorm: 1 },
      'h2/kernel': { updateNorm: 1e-6 },
      'h3/kernel': { updateNorm: 1e-6 },
      'out/kernel': { updateNorm: 1e-6 },
    });
    expect(check({ steps: 120, gradients: () => of(1e-3), change: others })).toEqual([]);
    expect(check({ steps: 120, gradients: () => of(1, 1e-3), change: others })).toMatchObject([
      { where: 'h2' },
    ]);
  });

  test.each([
    [4, 'sigmoid', 1],
    [3, 'sigmoid', 0], // 1/64 of a gradient may pass
    [3, 'hardSigmoid', 1],
    [4, 'relu', 0],
  ])('and where %i layers of %s leave less than a hundredth of any gradient', (hidden, activation, count) => {
    const gradients = () => fading(hidden, 9e-4);
    const moving = weightsOf({ '*': { updateNorm: 0.01 } });
    const slopes = (steps: number) =>
      check({ steps, gradients, change: moving, model: stack(hidden, { activation }) });

    expect(slopes(100)).toHaveLength(count);
    expect(slopes(99)).toEqual([]);
  });

  test('in the median of the records that tell', () => {
    const jumps = (record: StepRecord) =>
      weightsOf({ 'h1/kernel': { updateNorm: record.step === 115 ? 1 : 1e-6 } })(record);
    const lacking = (record: StepRecord) => {
      const { 'h1/kernel': _, ...variables } = record.variables;
      return record.step === 105 ? { ...record, variables } : jumps(record);
    };

    expect(check({ steps: 120, gradients: () => of(1e-3), change: jumps })).toHaveLength(1);
    expect(check({ steps: 120, gradients: () => of(1e-3), change: lacking }, { overRecords: 19 })).toEqual(
      [],
    ); // 18 ratios of 19
    expect(
      check(
        { steps: 120, gradients: (step) => of(step === 110 ? null : 1e-3), change: jumps },
        { overRecords: 9 },
      ),
    ).toHaveLength(1);
  });
});

describe('a run that has learned something', () => {
  // A constant prediction has a loss of 0.69.
  const at = (ratio: number, end: number) =>
    check({
      steps: 60,
      gradients: () => ({ ...of(ratio / 1000), 'out/kernel': 1e-3 }),
      loss: (step) => end + (0.8 - end) * 0.9 ** step,
    });

  test('is warned of a ratio of 1e-5 alone', () => {
    expect(at(1e-5, 0.6)).toHaveLength(1);
    expect(at(1.1e-5, 0.6)).toEqual([]);
    expect(at(1.1e-5, 0.7)).toHaveLength(1);
  });

  test('and of ten times the usual ratio after a hundred losses, of which the last beat a guess by less than a tenth', () => {
    const slow = (share: number, steps: number) =>
      check({
        steps,
        gradients: () => ({ ...of(9e-6), 'out/kernel': 1e-3 }),
        loss: (step) => share * Math.LN2 + 0.1 * 0.9 ** step,
      });
    expect(slow(0.91, 100)).toHaveLength(1);
    expect(slow(0.91, 99)).toEqual([]);
    expect(slow(0.89, 100)).toEqual([]);
  });

  test('and of none where its loss is at half of a constant prediction', () => {
    expect(at(1e-5, 0.34)).toEqual([]);
    expect(at(1e-5, 0.36)).toHaveLength(1);
  });
});

describe('layers at exactly 0', () => {
  test('belong to the block, but the first that gets a gradient is named', () => {
    expect(norms(0, 1e-6)).toMatchObject([{ where: 'h2', evidence: { layers: 2 } }]);
  });

  test('are not enough, even where another is nearly faded', () => {
    expect(norms(0, 0, 5e-3)).toEqual([]);
    expect(norms(0, 0, 1e-6)).toMatchObject([{ where: 'h3', evidence: { layers: 3 } }]);
  });

  test('end a fading where none gets anything any more', () => {
    const dying = (step: number) => (step < 12 ? of(1e-6, 1e-6, 1e-6) : of(0, 0, 0));

    expect(check({ gradients: dying })).toMatchObject([{ where: 'h1', firstStep: 0, lastStep: 19 }]);
  });
});

test('counts layers that nearly faded to the block', () => {
  expect(norms(1e-6, 9e-3)).toMatchObject([{ where: 'h1', evidence: { layers: 2 } }]);
  expect(norms(1e-6, 1.1e-2)).toMatchObject([{ where: 'h1', evidence: { layers: 1 } }]);
});

test('blames and advises the layers from the first that faded on', () => {
  const [finding] = norms(1, 1e-6);

  expect(finding?.where).toBe('h2');
  expect(finding?.message).toContain('2 sigmoid layers each scale');
  expect(finding?.remedies[0]).toMatchObject({ to: 'relu', layers: ['h2', 'h3'] });
});

describe('where activations are watched', () => {
  const facts = chain([{ path: 'h1' }, { path: 'act', className: 'Activation' }, { path: 'out' }]);
  const watched =
    (isTapped: (step: number) => boolean, gradient: number) =>
    (record: StepRecord): StepRecord => ({
      ...record,
      ...(isTapped(record.step) && {
        layers: {
          act: { output: stats(1), outputGradient: stats(gradient) },
          out: { output: stats(1), outputGradient: stats(1) },
        },
      }),
    });
  const run = (steps: number, isTapped: (step: number) => boolean, gradient: number): Run =>
    history({
      steps,
      loss: () => 3,
      model: { ...facts, loss: 'binaryCrossentropy' },
      gradients: () => ({ 'h1/kernel': 1, 'out/kernel': 1 }),
      change: watched(isTapped, gradient),
    });

  test('the newest records that hold them are judged, ten of them', () => {
    expect(vanishingGradient().check(run(40, (step) => step % 4 === 0, 5e-5))).toMatchObject([
      { where: 'act', firstStep: 0, lastStep: 39 },
    ]);
    expect(vanishingGradient().check(run(36, (step) => step % 4 === 0, 5e-5))).toEqual([]);
  });

  test('a layer without weights is not taken to stand still', () => {
    expect(vanishingGradient().check(run(120, () => true, 9e-5))).toHaveLength(1);
    expect(vanishingGradient().check(run(120, () => true, 5e-4))).toEqual([]);
  });
});

describe('with an explicit threshold', () => {
  const below = (parts: Partial<Parameters<typeof history>[0]>) => check(parts, { below: 1e-3 });

  test('tells the first and the last step, and advises from the layer on', () => {
    const twice = (step: number) => of(1, [3, 5, 7].includes(step) ? 1e-4 : 1);

    expect(below({ gradients: twice })).toMatchObject([
      {
        where: 'h2',
        firstStep: 3,
        lastStep: 7,
        evidence: { gradientNorm: expect.closeTo(1e-4, 12), below: 1e-3, layers: 1, steps: 3 },
        remedies: [{ layers: ['h2', 'h3'] }, {}],
      },
    ]);
  });

  test('is silent on biases, on gradients that are missing, and without records', () => {
    expect(below({ gradients: () => ({ ...of(1), 'h1/bias': 1e-9, 'norm/gamma': 1e-9 }) })).toEqual([]);
    expect(below({ gradients: () => of(null) })).toEqual([]);
    expect(below({ steps: 0 })).toEqual([]);
  });
});
