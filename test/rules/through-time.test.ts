import { describe, expect, test } from 'vitest';
import type { Run, StepRecord, ThroughTimeRecord } from '../../src/record/run.js';
import { timeProfiles } from '../../src/rules/through-time.js';
import { failing } from './facts.js';
import { chain, fallingLoss, history, stats } from './histories.js';
import { explodingThroughTime, vanishingThroughTime } from './told.js';

/** The gradient norms of recurrent layers by their paths. */
type Norms = Readonly<Record<string, readonly number[]>>;

const through = (norms: Norms): Record<string, ThroughTimeRecord> =>
  Object.fromEntries(
    Object.entries(norms).map(([path, hiddenGradientNorms]) => [path, { hiddenGradientNorms }]),
  );
/** Adds norms to each record, by its number; `undefined` leaves it as it is. */
const adding =
  (norms: (step: number) => Norms | undefined) =>
  (record: StepRecord): StepRecord => {
    const found = norms(record.step);
    return found === undefined ? record : { ...record, throughTime: through(found) };
  };
const recurrent = (...paths: string[]) =>
  chain([...paths.map((path) => ({ path, className: 'GRU' })), { path: 'out' }], 'binaryCrossentropy');

describe('timeProfiles', () => {
  const profiles = (...norms: (Norms | undefined)[]) =>
    timeProfiles(history({ steps: norms.length, change: adding((step) => norms[step]) }), 2);
  /** Of one record. */
  const of = (record: ThroughTimeRecord) =>
    timeProfiles(history({ steps: 1, change: (step) => ({ ...step, throughTime: { rnn: record } }) }), 1)[0];

  test('reads the newest records that tell of time, however many do not', () => {
    const [profile] = profiles({ rnn: [8, 1] }, { rnn: [4, 1] }, undefined, { rnn: [1, 2] }, undefined);
    expect(profile?.ratios).toEqual([4, 0.5]);
    expect(profile?.records.map(({ step }) => step)).toEqual([1, 3]);
    expect(profiles(undefined, { rnn: [4, 1] }, undefined)).toEqual([]);
  });

  test('reads the layers of the newest record, in the order of their paths, with their facts', () => {
    const norms = { b: [1, 1], c: [1, 1], a: [1, 1] };
    const change = adding((step) => (step === 0 ? { ...norms, old: [1, 1] } : norms));
    const found = timeProfiles(history({ steps: 2, change, model: recurrent('a', 'b') }), 2);
    expect(found.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
    expect(found.map(({ facts }) => facts?.path)).toEqual(['a', 'b', undefined]);
  });

  test('compares the mean over the first tenth of the steps with the last one', () => {
    const norms = Array.from({ length: 20 }, () => 0);
    const hiddenGradientNorms = [...norms.slice(0, 19).map((_, time) => [3, 5][time] ?? 100), 2];
    const profile = of({ hiddenGradientNorms });
    expect(profile).toMatchObject({ ratios: [2], length: 20 });
    // 19 steps back.
    expect(profile?.factor).toBeCloseTo(2 ** (1 / 19), 12);
    expect(of({ hiddenGradientNorms: hiddenGradientNorms.slice(1) })?.ratios).toEqual([2.5]);
  });

  test('takes the geometric mean over the records for the factor of one step', () => {
    const [profile] = profiles({ rnn: [0.01, 1, 1] }, { rnn: [1e-4, 1, 1] });
    expect(profile?.factor).toBeCloseTo(10 ** -1.5, 12);
  });

  test('counts from the last step that any gradient reaches', () => {
    const profile = of({ hiddenGradientNorms: [0.01, 1, 10, 0, 0] });
    expect(profile).toMatchObject({ ratios: [0.001], length: 5 });
    expect(profile?.factor).toBeCloseTo(0.001 ** (1 / 2), 12);
    expect(of({ hiddenGradientNorms: [5, 0] })).toMatchObject({ ratios: [1], factor: 1 });
  });

  test('takes the larger of both ways through a cell with a memory', () => {
    expect(of({ hiddenGradientNorms: [1, 2], cellGradientNorms: [3, 1] })?.ratios).toEqual([1.5]);
    expect(of({ hiddenGradientNorms: [1, 2], cellGradientNorms: [3] })?.ratios).toEqual([1.5]);
  });

  test('tells of a gradient that is gone before the first step', () => {
    expect(of({ hiddenGradientNorms: [0, 1] })).toMatchObject({ ratios: [0], factor: 0 });
  });

  test.each([
    [[]],
    [[1]],
    [[0, 0]],
    [[1, Number.POSITIVE_INFINITY]],
    [[Number.POSITIVE_INFINITY, 1]],
    [[Number.NaN, 1]],
  ])('has nothing to compare in %j', (hiddenGradientNorms) => {
    expect(of({ hiddenGradientNorms })).toBeUndefined();
  });

  test('needs every record to tell of a layer', () => {
    expect(profiles({ rnn: [0, 0] }, { rnn: [1, 1] })).toEqual([]);
    expect(profiles({}, { rnn: [1, 1] })).toEqual([]);
    expect(profiles({}, { constructor: [1, 1] })).toEqual([]);
  });
});

describe('vanishingThroughTime', () => {
  const check = (norms: (step: number) => Norms, parts = {}) =>
    vanishingThroughTime().check(failing({ model: recurrent('rnn'), change: adding(norms), ...parts }));

  test('needs every one of the three newest records below the threshold, and tells of the newest', () => {
    const first = [1e-4, 2e-4, 5e-4];
    const norms = (step: number) => ({ rnn: [first[step - 117] ?? 1, 1] });
    expect(check(norms)).toMatchObject([{ firstStep: 117, evidence: { ratio: 5e-4 } }]);
    expect(check((step) => ({ rnn: [step === 118 ? 1 : 1e-4, 1] }))).toEqual([]);
    expect(check(() => ({ rnn: [1e-3, 1] }))).toEqual([]);
  });

  test('names the first of several layers', () => {
    expect(check(() => ({ b: [1e-4, 1], a: [1e-5, 1] }))).toMatchObject([{ where: 'a' }]);
  });

  test.each([
    ['LSTM', 'forget-bias'],
    ['GRU', 'forget-bias'],
    ['ConvLSTM2D', 'forget-bias'],
    ['SimpleRNN', 'cell'],
    ['RNN', 'cell'],
  ])('for %s advises a %s first', (className, kind) => {
    const model = chain([{ path: 'rnn', className }, { path: 'out' }], 'binaryCrossentropy');
    expect(check(() => ({ rnn: [1e-4, 1] }), { model })[0]?.remedies[0]?.kind).toBe(kind);
  });

  test('advises a cell with a memory where the kind is not known', () => {
    expect(check(() => ({ rnn: [1e-4, 1] }), { model: null })[0]?.remedies[0]?.kind).toBe('cell');
  });
});

describe('explodingThroughTime', () => {
  const check = (norms: (step: number) => Norms | undefined, parts = {}) =>
    explodingThroughTime().check(failing({ model: recurrent('rnn'), change: adding(norms), ...parts }));
  const exploding = (): Norms => ({ rnn: [1e4, 1] });

  test('needs every one of the three newest records above the threshold, and tells of the newest', () => {
    const first = [2e3, 3e3, 4e3];
    const norms = (step: number) => ({ rnn: [first[step - 117] ?? 1, 1] });
    expect(check(norms)).toMatchObject([{ firstStep: 117, evidence: { ratio: 4e3 } }]);
    expect(check((step) => ({ rnn: [step === 118 ? 1 : 1e4, 1] }))).toEqual([]);
    expect(check(() => ({ rnn: [1000, 1] }))).toEqual([]);
  });

  test('is silent on a run that gets on, unless it is to judge at once', () => {
    expect(check(exploding, { loss: fallingLoss })).toEqual([]);
    const one = history({ steps: 1, change: adding(exploding) });
    expect(explodingThroughTime().check(one)).toEqual([]);
    expect(explodingThroughTime({ atOnce: true }).check(one)).toHaveLength(1);
    expect(explodingThroughTime({ atOnce: true }).check(history({ steps: 0 }))).toEqual([]);
  });

  test('judges the first record of a run whose loss is lost, since what follows is not finite', () => {
    const norms = (step: number) => (step === 0 ? exploding() : { rnn: [Number.NaN, Number.NaN] });
    const loss = (step: number) => (step < 119 ? 0.7 : Number.NaN);
    expect(check(norms, { loss })).toMatchObject([{ severity: 'error', firstStep: 0 }]);
    expect(check(norms)).toEqual([]);
  });

  test('takes no loss for none that is lost', () => {
    const one = history({ steps: 1, change: adding(exploding), loss: () => null });
    expect(explodingThroughTime({ atOnce: true }).check(one)).toMatchObject([{ severity: 'warning' }]);
  });

  /** Layers by their mean absolute output, from step 5 on. */
  const growing = (outputs: Readonly<Record<string, number>>, paths = Object.keys(outputs)): Run =>
    failing({
      change(record) {
        if (record.step < 5) return record;
        const layers = Object.fromEntries(
          Object.entries(outputs).map(([path, absMean]) => [
            path,
            { output: { ...stats(1), absMean }, outputGradient: stats(1) },
          ]),
        );
        const throughTime = through(Object.fromEntries(paths.map((path) => [path, [0, 0]])));
        return { ...record, layers, throughTime };
      },
    });

  test('tells of a state above 1000 in the first tapped record', () => {
    expect(explodingThroughTime().check(growing({ b: 1001, c: 1e6, a: 1000 }))).toMatchObject([
      { where: 'b', firstStep: 5, evidence: { output: 1001 } },
    ]);
    expect(explodingThroughTime().check(growing({ b: 3e3, c: 1e4, a: 2e3 }))).toMatchObject([{ where: 'a' }]);
    expect(explodingThroughTime().check(growing({ a: 1000 }))).toEqual([]);
  });

  test('reads the states of recurrent layers alone, and only where they were tapped', () => {
    expect(explodingThroughTime().check(growing({ dense: 1e6 }, ['rnn', 'constructor']))).toEqual([]);
    const untapped = failing({ change: adding(() => ({ rnn: [0, 0] })) });
    expect(explodingThroughTime().check(untapped)).toEqual([]);
  });
});
