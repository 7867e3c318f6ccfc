import { describe, expect, test } from 'vitest';
import type { StepRecord } from '../../src/record/run.js';
import { classifier, failing, usual } from './facts.js';
import { type Gradient, stats } from './histories.js';
import { deadUnits } from './told.js';

/** A bias of ten units of which this many get no gradient. */
const bias = (zeros: number, size = 10) => ({ ...stats(0.1, size), zeros });
type Gradients = Readonly<Record<string, Gradient>>;
const run = (gradients: (step: number) => Gradients, parts: Parameters<typeof failing>[0] = {}) =>
  failing({ gradients: (step) => ({ ...usual(), ...gradients(step) }) as Gradients, ...parts });
const check = (...parts: Parameters<typeof run>) => deadUnits().check(run(...parts));
const dead = () => ({ 'h2/bias': bias(9) });

describe('deadUnits', () => {
  test('judges the newest records alone, and no fewer than asked for', () => {
    const later = (step: number) => ({ 'h2/bias': bias(step < 110 ? 0 : 9) });
    const tooLate = (step: number) => ({ 'h2/bias': bias(step < 111 ? 0 : 9) });

    expect(check(later)).toMatchObject([{ firstStep: 110, lastStep: 119 }]);
    expect(check(tooLate)).toEqual([]);
    expect(deadUnits({ overRecords: 9 }).check(run(tooLate))).toMatchObject([{ firstStep: 111 }]);
    expect(deadUnits({ overRecords: 121 }).check(run(dead))).toEqual([]);
    expect(deadUnits({ overRecords: 120 }).check(run(dead))).toHaveLength(1);
  });

  test('tells since when at least this share has been off without a break', () => {
    const broken = (step: number) => ({ 'h2/bias': bias(step < 40 ? 10 : step === 40 ? 6 : 7) });

    expect(check(broken)).toMatchObject([{ firstStep: 41, evidence: { deadShare: 0.7 } }]);
  });

  test('names the last of several dead layers, because of which those before get nothing', () => {
    expect(check(() => ({ 'h1/bias': bias(10), 'h2/bias': bias(8) }))).toMatchObject([
      { where: 'h2', evidence: { layers: 2, deadShare: 0.8 }, remedies: [{ layers: ['h1', 'h2'] }, {}] },
    ]);
  });

  test('is silent where nothing gets to the layers after it, whatever those before it get', () => {
    const silent: Gradients = { ...dead(), 'out/kernel': 0, 'out/bias': 0 };

    expect(check(() => silent)).toEqual([]);
    expect(check(() => ({ ...silent, 'out/kernel': null, 'out/bias': null }))).toEqual([]);
  });

  test('takes any gradient of any layer after it in any record for a sign that something arrives', () => {
    const once = (step: number): Gradients => ({
      ...dead(),
      'out/kernel': 0,
      'out/bias': step === 115 ? 0.1 : 0,
    });
    const late = (step: number): Gradients => (step < 115 ? {} : dead());

    expect(check(once)).toHaveLength(1);
    expect(check((step) => ({ ...once(step), 'out/kernel': null }))).toHaveLength(1);
    expect(check(late)).toEqual([]);
  });

  test('takes weights that some records do not have for weights without a sign', () => {
    const without = (record: StepRecord): StepRecord => {
      if (record.step !== 112) return record;
      const { 'h2/bias': _bias, 'out/bias': _out, ...variables } = record.variables;
      return { ...record, variables };
    };

    expect(check(dead, { change: without })).toEqual([]);
    expect(deadUnits({ overRecords: 5 }).check(run(dead, { change: without }))).toMatchObject([
      { firstStep: 113 },
    ]);
  });

  test('takes a bias without entries for no sign', () => {
    expect(check(() => ({ 'h2/bias': bias(0, 0) }))).toEqual([]);
  });

  test.each(['relu', 'relu6', 'thresholdedRelu'])('looks at %s', (activation) => {
    expect(check(dead, { model: classifier({ activation }) })).toHaveLength(1);
  });

  test.each(['leakyRelu', 'crelu', 'relu7', 'elu'])('does not look at %s', (activation) => {
    expect(check(dead, { model: classifier({ activation }) })).toEqual([]);
  });

  test('does not look at an output, nor at a layer without an activation or facts', () => {
    const output = classifier({}, { activation: 'relu' });
    const bare = { ...output, layers: output.layers.map(({ activation: _none, ...layer }) => layer) };

    expect(check(() => ({ 'out/bias': bias(10) }), { model: output })).toEqual([]);
    expect(check(dead, { model: bare })).toEqual([]);
    expect(check(dead, { model: null })).toEqual([]);
  });

  test.each(['bias', 'bias_1', 'bias_12'])('reads %s', (name) => {
    const named = (record: StepRecord): StepRecord => {
      const { 'h2/bias': own, ...variables } = record.variables;
      return { ...record, variables: { ...variables, ...(own && { [`h2/${name}`]: own }) } };
    };

    expect(check(dead, { change: named })).toHaveLength(1);
  });

  describe('where layers are tapped', () => {
    const tapped = (zeros: number, size: number) => (record: StepRecord) => ({
      ...record,
      layers: { h2: { output: { ...stats(1, size), zeros }, outputGradient: stats(1, size) } },
    });
    const kernelsOnly = (change: (record: StepRecord) => StepRecord) => (record: StepRecord) => {
      const { 'h2/bias': _bias, ...variables } = record.variables;
      return change({ ...record, variables });
    };

    test('an output of nothing but 0 needs no bias to be known for dead', () => {
      expect(check(() => ({}), { change: kernelsOnly(tapped(80, 80)) })).toMatchObject([
        { where: 'h2', evidence: { deadShare: 1 } },
      ]);
    });

    test('an output of some 0 tells nothing, since units take turns, nor does an empty one', () => {
      expect(check(() => ({}), { change: kernelsOnly(tapped(79, 80)) })).toEqual([]);
      expect(check(() => ({}), { change: kernelsOnly(tapped(0, 0)) })).toEqual([]);
      expect(check(dead, { change: tapped(79, 80) })).toMatchObject([{ evidence: { deadShare: 0.9 } }]);
    });

    test('a layer that is not tapped is judged by its bias', () => {
      const other = (record: StepRecord) => ({ ...record, layers: {} });

      expect(check(dead, { change: other })).toHaveLength(1);
    });
  });

  test('judges one record, and before the loss tells, only if asked', () => {
    expect(deadUnits({ atOnce: true }).check(run(dead, { steps: 1 }))).toHaveLength(1);
    expect(check(dead, { steps: 1 })).toEqual([]);
  });
});
