import { describe, expect, test } from 'vitest';
import type { LayerFacts, Run, StepRecord } from '../../src/record/run.js';
import { failing, usual, weightsOf, withPenalty } from './facts.js';
import { chain } from './histories.js';
import { overRegularization } from './told.js';

const output = { path: 'out', activation: 'sigmoid' };
/** One layer with a penalty on its kernel of 32 elements. */
const penalised = (regularizer: string, facts: Partial<LayerFacts> = {}) =>
  chain(
    [{ path: 'h1', regularizers: { kernel: regularizer }, weights: { kernel: [4, 8] }, ...facts }, output],
    'binaryCrossentropy',
  );
/** Sets the norm of all weights and of the gradient in each record. */
const norms =
  (of: (step: number) => { readonly weight?: number; readonly global?: number }) =>
  (record: StepRecord): StepRecord => {
    const { weight = 1, global = 1 } = of(record.step);
    return { ...weightsOf({ '*': { weightNorm: weight } })(record), globalNorm: global };
  };
const run = (regularizer: string, parts = {}): Run =>
  withPenalty(
    failing({ gradients: usual, model: penalised(regularizer), change: norms(() => ({})), ...parts }),
  );
const check = (...parts: Parameters<typeof run>) => overRegularization().check(run(...parts));

describe('overRegularization, of penalties', () => {
  test('leaves a share at the threshold alone', () => {
    // 2 l2 times a norm of 1, of a gradient of 1.
    const at = (share: number) => overRegularization({ share }).check(run('L1L2(0, 0.25)'));
    expect(at(0.5)).toEqual([]);
    expect(at(0.49)).toMatchObject([
      { evidence: { share: 0.5, layers: 1 }, message: expect.stringContaining('weights of 1 layer pulls') },
    ]);
  });

  test('needs twenty records', () => {
    expect(check('L1L2(0, 1)', { steps: 20 })).toHaveLength(1);
    expect(check('L1L2(0, 1)', { steps: 19 })).toEqual([]);
  });

  test('judges the first ten records and the last ten alone', () => {
    const small = (is: (step: number) => boolean) => ({
      change: norms((step) => ({ global: is(step) ? 1 : 100 })),
    });
    expect(
      check(
        'L1L2(0, 1)',
        small((step) => step < 10),
      ),
    ).toHaveLength(1);
    expect(
      check(
        'L1L2(0, 1)',
        small((step) => step >= 110),
      ),
    ).toHaveLength(1);
    expect(
      check(
        'L1L2(0, 1)',
        small((step) => step >= 10 && step < 110),
      ),
    ).toEqual([]);
  });

  // An l1 pulls at each element alike: l1 sqrt(32). Together with an l2 the sum of all is at most sqrt(32) norms.
  test.each([
    ['L1L2(0.2, 0)', 0.2 * Math.sqrt(32)],
    ['L1L2(0.2, 0.5)', Math.sqrt(0.04 * 32 + 4 * 0.1 * 2 * Math.sqrt(32) + 4 * 0.25 * 4)],
  ])('reckons the pull of %s from the size and the norm', (regularizer, share) => {
    const found = check(regularizer, { change: norms(() => ({ weight: 2 })) });
    expect(found[0]?.evidence['share']).toBeCloseTo(share, 10);
  });

  test('takes the pull that was measured, where it was', () => {
    const change = (record: StepRecord) => {
      const { 'h1/kernel': kernel, ...others } = norms(() => ({}))(record).variables;
      if (kernel === undefined) throw new Error('no kernel');
      return {
        ...record,
        globalNorm: 1,
        variables: { ...others, 'h1/kernel': { ...kernel, penaltyNorm: 0.9 } },
      };
    };
    expect(check('L1L2(0.5, 0)', { change })).toMatchObject([{ evidence: { share: 0.9 } }]);
  });

  test('takes a weight whose shape is not known for one element', () => {
    const model = penalised('L1L2(0.8, 0)', { weights: {} });
    expect(check('', { model })).toMatchObject([{ evidence: { share: 0.8 } }]);
  });

  test('leaves penalties out that it does not know, and those on weights that are not trained', () => {
    const regularizers = { kernel: 'L1L2(0, 1)', bias: 'OfMine' };
    expect(check('', { model: penalised('', { regularizers }) })).toMatchObject([
      { evidence: { layers: 1 } },
    ]);
    expect(check('OfMine')).toEqual([]);
    const frozen = () => ({ 'out/kernel': 1 });
    expect(check('L1L2(0.8, 0)', { gradients: frozen })).toEqual([]);
    expect(check('', { model: null })).toEqual([]);
  });

  test('finds weights that lost more than nine tenths within ten records', () => {
    const left = (weight: (step: number) => number) =>
      check('L1L2(0, 0.1)', { change: norms((step) => ({ weight: weight(step) })) });
    // At first 0.2 times a norm of 4; afterwards next to nothing.
    expect(left((step) => (step === 0 ? 4 : 0.39))).toMatchObject([{ evidence: { share: 0.8 } }]);
    expect(left((step) => (step === 0 ? 4 : step < 9 ? 1 : 0.39))).toHaveLength(1);
    expect(left((step) => (step === 0 ? 4 : step < 10 ? 1 : 0.39))).toEqual([]);
    expect(left((step) => (step === 0 ? 4 : 0.4))).toEqual([]);
  });

  test('leaves records out in which the weights have grown more than threefold', () => {
    const growing = (from: number, to: number) =>
      check('L1L2(0, 1)', { change: norms((step) => (step < from ? { global: 100 } : { weight: to })) });
    expect(growing(1, 3.1)).toEqual([]);
    expect(growing(1, 3)).toMatchObject([{ evidence: { share: 6 } }]);
    expect(growing(110, 3.1)).toEqual([]);
    expect(growing(110, 3)).toHaveLength(1);
    // A penalty that makes them grow pulls hardest before.
    const exploding = norms((step) => ({ weight: 2 ** step }));
    expect(check('L1L2(0, 1)', { change: exploding })).toMatchObject([{ evidence: { share: 4 } }]);
  });

  test('is silent where the newest rate is negative, and not where it is 0', () => {
    const rated = (rate: (step: number) => number | null) => ({
      change: (record: StepRecord) => ({ ...norms(() => ({}))(record), learningRate: rate(record.step) }),
    });
    expect(
      check(
        'L1L2(0, 1)',
        rated((step) => (step < 119 ? 0.1 : -0.1)),
      ),
    ).toEqual([]);
    expect(
      check(
        'L1L2(0, 1)',
        rated(() => 0),
      ),
    ).toHaveLength(1);
    expect(
      check(
        'L1L2(0, 1)',
        rated(() => null),
      ),
    ).toHaveLength(1);
  });
});

test.each([
  ['Dropout', { rate: 0.6 }, 1],
  ['SpatialDropout1D', { rate: 0.6 }, 1],
  ['Dropout', { rate: 0.5 }, 0],
  ['Dropout', {}, 0],
  ['AlphaDropout', undefined, 0],
  ['Dense', { rate: 0.6 }, 0],
])('overRegularization takes %s with %j for too much dropout: %s', (className, config, count) => {
  const layers = [{ path: 'h' }, { path: 'drop', className, ...(config && { config }) }, output];
  const found = overRegularization().check(failing({ model: chain(layers, 'binaryCrossentropy') }));
  expect(found).toHaveLength(count);
});
