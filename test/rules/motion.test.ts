import { describe, expect, test } from 'vitest';
import { adaptive } from '../../src/rules/adaptive.js';
import { findingOf } from '../../src/rules/finding-of.js';
import { median, motion, updateRatio } from '../../src/rules/motion.js';
import { clipRemedy, learningRateRemedy } from '../../src/rules/smaller-steps.js';
import { weightsOf } from './facts.js';
import { chain, history } from './histories.js';

type Norms = Parameters<typeof weightsOf>[0];
/** One record of two layers, `a` and `b`, and a bias. */
const moved = (norms: Norms, model = chain([{ path: 'a' }, { path: 'b' }])) => {
  const gradients = () => ({ 'a/kernel': 1, 'a/bias': 1, 'b/kernel': 1 });
  const run = history({ steps: 1, gradients, model, change: weightsOf(norms) });
  const [record] = run.steps;
  if (record === undefined) throw new Error('no record');
  return [run, record] as const;
};

describe('updateRatio', () => {
  test('compares the updates of all weight matrices with the matrices, and leaves biases out', () => {
    const norms = {
      'a/kernel': { weightNorm: 6, updateNorm: 3 },
      'b/kernel': { weightNorm: 8, updateNorm: 4 },
      'a/bias': { weightNorm: 1, updateNorm: 100 },
    };
    // sqrt(3^2 + 4^2) = 5 of sqrt(6^2 + 8^2) = 10.
    expect(updateRatio(...moved(norms))).toBe(0.5);
  });

  test('is not known of weights of 0, and where a record has none of the weights', () => {
    expect(updateRatio(...moved({ '*': { weightNorm: 0, updateNorm: 1 } }))).toBeUndefined();
    const [run, record] = moved({});
    expect(updateRatio(run, { ...record, variables: {} })).toBeUndefined();
  });
});

describe('motion', () => {
  const norms = {
    'a/kernel': { weightNorm: 4, updateNorm: 3 },
    'b/kernel': { weightNorm: 4, updateNorm: 1 },
    'a/bias': { weightNorm: 1, updateNorm: 100 },
  };

  test('is that of the matrix that moves most, wherever it is', () => {
    expect(motion(...moved(norms))).toBe(0.75);
    const swapped = { 'a/kernel': norms['b/kernel'], 'b/kernel': norms['a/kernel'] };
    expect(motion(...moved(swapped))).toBe(0.75);
  });

  test('measures small weights by the root of their units, the last length of their shape', () => {
    const kernel = [3, 3, 4, 100];
    const model = chain([{ path: 'a', weights: { kernel } }, { path: 'b' }]);
    // 3 of sqrt(100) = 10 in the one layer, 1 of 4 in the other.
    expect(motion(...moved({ ...norms, 'b/kernel': { weightNorm: 4, updateNorm: 0 } }, model))).toBe(0.3);
  });

  test('measures weights by their own norm where no shape is known', () => {
    const model = chain([{ path: 'a', weights: {} }, { path: 'b' }]);
    expect(motion(...moved(norms, model))).toBe(0.75);
    const [run, record] = moved(norms);
    expect(motion({ ...run, model: null }, record)).toBe(0.75);
    const odd = history({ steps: 1, gradients: () => ({ 'a/constructor': 1 }), model });
    expect(motion(odd, odd.steps[0]!)).toBe(0.01);
  });

  test('measures small variables without a layer as if they had as many inputs as units', () => {
    const [run, record] = moved({ '*': { weightNorm: 4, updateNorm: 3 } });
    const { gradient } = record.variables['a/kernel']!;
    // A square matrix of 2401 = 49 x 49 elements has the norm 7 if it keeps the variance.
    const variables = {
      mine: { gradient: { ...gradient!, size: 2401 }, weightNorm: 4, updateNorm: 3, updateRatio: 0.75 },
    };
    const bare = { ...record, variables };
    expect(motion({ ...run, model: null, steps: [bare] }, bare)).toBeCloseTo(3 / 7, 12);
  });

  test('passes over what is not finite, and what a record lacks', () => {
    const nothing = { weightNorm: 0, updateNorm: 0 };
    const leap = { weightNorm: 0, updateNorm: 1 };
    expect(motion(...moved({ ...norms, 'b/kernel': nothing }))).toBe(0.75);
    expect(motion(...moved({ ...norms, 'b/kernel': leap }))).toBe(0.75);
    expect(motion(...moved({ '*': nothing }))).toBeUndefined();
    const [run, record] = moved(norms);
    const { 'a/kernel': a, ...others } = record.variables;
    expect(motion(run, { ...record, variables: others })).toBe(0.25);
  });
});

test.each([
  [[3, 1, 2], 2],
  [[30, 100, 4], 30],
  [[1, 2], 2],
  [[4, 3, 2, 1], 3],
  [[5, undefined, Number.NaN, Number.POSITIVE_INFINITY, 1, 9], 5],
  [[undefined], undefined],
  [[], undefined],
])('the median of %j is %s: of the finite ones, the upper of two', (values, expected) => {
  expect(median(values)).toBe(expected);
});

// As tfjs names its classes, and as Keras does.
test.each([
  ['Adam', true],
  ['Adamax', true],
  ['RMSProp', true],
  ['RMSprop', true],
  ['SGD', false],
  ['Momentum', false],
  ['Adagrad', false],
  ['Adadelta', false],
  ['AdamOfMine', false],
  ['NotAdam', false],
])('%s divides by the size of the gradients: %s', (className, expected) => {
  expect(adaptive.test(className)).toBe(expected);
});

describe('learningRateRemedy', () => {
  const at = (...rates: (number | null)[]) =>
    learningRateRemedy(
      history({
        steps: rates.length,
        change: (record) => ({ ...record, learningRate: rates[record.step] ?? null }),
      }),
    );

  test('is a tenth of the newest rate', () => {
    expect(at(0.5, 0.1, 0.03)).toMatchObject([{ kind: 'learning-rate', layers: [], to: 0.003 }]);
  });

  test.each([[[]], [[0.1, null]], [[0.1, 0]], [[0.1, -0.1]]])('is none after %j', (rates) => {
    expect(at(...rates)).toEqual([]);
  });
});

test('a clip is recommended at one digit of the norm', () => {
  expect(clipRemedy(0.0234, 'the usual norm')).toEqual({
    kind: 'clip',
    layers: [],
    to: 'clipByGlobalNorm(0.02)',
    reason: 'it scales larger gradients down to the usual norm and keeps their direction',
  });
});

describe('findingOf', () => {
  const found = { severity: 'warning', evidence: {}, message: 'It fades.' } as const;

  test('concerns the whole model from the first record to the last, unless it says so', () => {
    const run = history({ steps: 5 });
    const whole = { rule: 'fading', where: 'model', firstStep: 0, lastStep: 4, remedies: [] };
    expect(findingOf(run, 'fading', found)).toEqual({ ...found, ...whole });
    const part = { where: 'h1', firstStep: 2, lastStep: 3 };
    expect(findingOf(run, 'fading', { ...found, ...part })).toMatchObject(part);
  });

  test('concerns step 0 of a run without records, or the step it names', () => {
    const run = history({ steps: 0 });
    expect(findingOf(run, 'fading', found)).toMatchObject({ firstStep: 0, lastStep: 0 });
    expect(findingOf(run, 'fading', { ...found, firstStep: 7 })).toMatchObject({ firstStep: 7, lastStep: 7 });
  });
});
