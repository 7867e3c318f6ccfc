import { describe, expect, test } from 'vitest';
import type { DataFacts } from '../../src/record/run.js';
import { dataStats } from './facts.js';
import { fault, target } from './outputs.js';

describe('outputFault of the targets of a cross-entropy', () => {
  test('takes targets from 0 to 1', () => {
    expect(fault('sigmoid', 'binaryCrossentropy', 1, target(0, 1))).toBeNull();
    expect(fault('softmax', 'categoricalCrossentropy', 3, target(0, 1, 1 / 3))).toBeNull();
    expect(fault('sigmoid', 'binaryCrossentropy', 1, { input: dataStats(1) })).toBeNull();
  });

  test('names others, with the loss that takes them', () => {
    expect(fault('sigmoid', 'binaryCrossentropy', 1, target(0, 1.5))).toMatchObject({
      why: 'the targets lie between 0 and 1.5, where cross-entropy expects 0 to 1',
      works: 'badly',
      remedy: {
        kind: 'loss',
        to: 'sparseCategoricalCrossentropy',
        reason: 'it takes classes by their number, from a softmax with a unit for each',
      },
    });
    expect(fault('sigmoid', 'binaryCrossentropy', 1, target(-1, 1))).toMatchObject({
      works: 'badly',
      remedy: {
        kind: 'loss',
        to: 'hinge',
        reason: 'it takes targets of -1 and 1, from an output that is linear',
      },
    });
  });

  test('tells several labels for a sample from classes of which one is right', () => {
    const of = (activation: string, loss: string, labels: number) =>
      fault(activation, loss, 5, target(0, 1, labels / 5));
    expect(of('softmax', 'binaryCrossentropy', 2.5)).toMatchObject({
      why: "softmax returns numbers that sum to 1, but those of a sample's targets sum to 2.5 on average: any number of labels may be right",
      works: 'badly',
      remedy: { kind: 'output', to: 'sigmoid', reason: 'each label is right or not whatever the others are' },
    });
    expect(of('softmax', 'categoricalCrossentropy', 0.6)).toMatchObject({
      works: 'perhaps',
      remedy: {
        kind: 'loss',
        to: 'binaryCrossentropy',
        reason: 'from a sigmoid each label is right or not whatever the others are',
      },
    });
    // About one label a sample may be one class; classes by their number have no sum, and sigmoids need none.
    expect(of('softmax', 'binaryCrossentropy', 1.2)?.remedy.to).toBe('categoricalCrossentropy');
    expect(of('softmax', 'categoricalCrossentropy', 0.75)).toBeNull();
    expect(of('softmax', 'sparseCategoricalCrossentropy', 2.5)).toBeNull();
    expect(of('sigmoid', 'binaryCrossentropy', 2.5)).toBeNull();
  });

  test.each([
    ['sigmoid', 'binaryCrossentropy', 0, 255],
    ['sigmoid', 'binaryCrossentropy', -1, 1],
    ['softmax', 'categoricalCrossentropy', -1, 1],
  ])(
    'advises those of several units of %s in %s, from %d to %d, a scale of 0 to 1',
    (activation, loss, min, max) => {
      expect(fault(activation, loss, 3, target(min, max))?.remedy).toEqual({
        kind: 'target-scale',
        layers: [],
        to: '0 to 1',
        reason: 'cross-entropy takes each of them for a probability',
      });
    },
  );

  test.each([
    [-1.5, 1, 1],
    [-1.5, 0.5, 3],
    [-0.5, 1.5, 1],
    [-0.5, 1.5, 3],
  ])('advises those from %d to %d of %i units, which are no classes, a squared error', (min, max, units) => {
    expect(fault('sigmoid', 'binaryCrossentropy', units, target(min, max))?.remedy).toEqual({
      kind: 'loss',
      layers: ['out'],
      to: 'meanSquaredError',
      reason: 'it takes any numbers, from an output that is linear',
    });
  });

  test('takes classes by their number where the loss is categorical', () => {
    expect(fault('softmax', 'sparseCategoricalCrossentropy', 3, target(0, 2))).toBeNull();
  });
});

describe('outputFault of the targets of a regression', () => {
  const badly = (activation: string, data: DataFacts) => {
    const found = fault(activation, 'meanSquaredError', 2, data);
    return found?.works === 'badly' ? found.why : null;
  };

  test.each([
    ['sigmoid', 0, 1],
    ['hardSigmoid', 0, 1],
    ['softmax', 0, 1],
    ['tanh', -1, 1],
    ['hardTanh', -1, 1],
    ['softsign', -1, 1],
    ['relu6', 0, 6],
  ])('%s reaches from %d to %d, with half a deviation of slack', (activation, low, high) => {
    const reach = `${activation} returns numbers between ${low} and ${high}, but the targets lie between`;
    // The outputs of a softmax sum to 1 with a mean of 0.5 each.
    expect(badly(activation, target(low - 1, high + 1, 0.5))).toBeNull();
    expect(badly(activation, target(low, high + 1.5, 0.5))).toBe(`${reach} ${low} and ${high + 1.5}`);
    expect(badly(activation, target(low - 1.5, high, 0.5))).toBe(`${reach} ${low - 1.5} and ${high}`);
  });

  test.each(['relu', 'softplus'])('%s reaches from 0 up', (activation) => {
    expect(badly(activation, target(-1, 1e9))).toBeNull();
    expect(badly(activation, target(-1.5, 2))).toBe(
      `${activation} returns numbers from 0 up, but the targets lie between -1.5 and 2`,
    );
  });

  test.each(['linear', 'elu', 'constructor', ''])('%j may reach anything', (activation) => {
    expect(badly(activation, target(-1e9, 1e9))).toBeNull();
  });

  test('a softmax sums to 1, within half', () => {
    // Two targets of 0.75 sum to 1.5.
    expect(badly('softmax', target(0, 1, 0.75))).toBeNull();
    expect(badly('softmax', target(0, 1, 0.25))).toBeNull();
    expect(badly('softmax', target(0, 1, 0.8))).toBe(
      "softmax returns numbers that sum to 1, but those of a sample's targets sum to 1.6 on average",
    );
    expect(badly('softmax', target(0, 1, 0.2))).toMatch('sum to 0.4 on average');
    expect(badly('sigmoid', target(0, 1, 0.8))).toBeNull();
    expect(fault('softmax', 'meanSquaredError', 0, target(0, 1, 0.2))).toBeNull();
  });

  test.each(['hinge', 'squaredHinge'])('names targets of 0, of which %s learns nothing', (loss) => {
    const zeros = (count: number, min = 0) => ({
      input: dataStats(1),
      target: dataStats(1, { min, max: 1, size: 100, zeros: count }),
    });
    expect(fault('tanh', loss, 1, zeros(40))).toMatchObject({
      why: 'the targets lie between 0 and 1, where hinge expects -1 and 1: those of 0 teach nothing',
      works: 'badly',
      remedy: { kind: 'loss', to: 'binaryCrossentropy' },
    });
    expect(fault('tanh', loss, 1, zeros(40, -1))).toBeNull();
    expect(fault('tanh', loss, 1, zeros(0, 1))).toBeNull();
    expect(fault('softmax', 'categoricalHinge', 3, zeros(40))).toBeNull();
  });

  test.each(['meanAbsolutePercentageError', 'mape'])('names targets of 0, by which %s divides', (loss) => {
    const zeros = (count: number) => ({
      input: dataStats(1),
      target: dataStats(1, { min: 0, max: 4, size: 300, zeros: count }),
    });
    expect(fault('linear', loss, 1, zeros(100))).toMatchObject({
      why: '33 % of the targets are 0, and a percentage error divides by them',
      works: 'badly',
      remedy: { kind: 'loss', to: 'meanAbsoluteError' },
    });
    expect(fault('linear', loss, 1, zeros(0))).toBeNull();
    expect(fault('linear', 'meanAbsoluteError', 1, zeros(100))).toBeNull();
  });

  test('other losses may take any targets', () => {
    expect(fault('tanh', 'hinge', 1, target(-9, 9))).toBeNull();
    expect(fault('tanh', 'hinge', 1, target(1, 1))).toBeNull();
    expect(fault('tanh', 'meanSquaredError', 1, { input: dataStats(1) })).toBeNull();
  });
});
