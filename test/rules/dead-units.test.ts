import { describe, expect, test } from 'vitest';
import type { Run, StepRecord } from '../../src/record/run.js';
import { deadUnits } from '../../src/rules/dead-units.js';
import { classifier, failing, usual } from './facts.js';
import { chain, type Gradient, history, stats } from './histories.js';
import * as told from './told.js';

const check = (run: Run, options = {}) => deadUnits(options).check(run);
/** The gradient of a bias of ten units of which so many are off. */
const off = (zeros: number) => ({ ...stats(0.1, 10), zeros });
const dead = () => ({ ...usual(), 'h2/bias': off(9) });
/** The gradients of these steps only, and the usual ones before and after. */
const during = (isIt: (step: number) => boolean, gradients: () => Record<string, Gradient>) => ({
  gradients: (step: number) => (isIt(step) ? gradients() : usual()),
});
const without =
  (step: number, key: string) =>
  (record: StepRecord): StepRecord => {
    const { [key]: _, ...variables } = record.variables;
    return record.step === step ? { ...record, variables } : record;
  };

test.each([
  ['relu', 1],
  ['relu6', 1],
  ['thresholdedRelu', 1],
  ['leakyRelu', 0],
  ['prelu', 0],
  ['relu6x', 0],
  ['elu', 0],
  ['tanh', 0],
  ['linear', 0],
])('units of %s can die or cannot: %i', (activation, findings) => {
  expect(check(failing({ model: classifier({ activation }), gradients: dead }))).toHaveLength(findings);
});

test('a rectifier at the output, or of which nothing is known, is not looked at', () => {
  const open = { ...usual(), 'out/bias': off(9) };
  const layers = classifier({}, { activation: 'relu' }).layers;
  const nameless = { ...classifier({}), layers: layers.map(({ activation: _, ...layer }) => layer) };

  expect(check(failing({ model: classifier({}, { activation: 'relu' }), gradients: () => open }))).toEqual(
    [],
  );
  expect(check(failing({ model: nameless, gradients: dead }))).toEqual([]);
  expect(check(failing({ model: null, gradients: dead, loss: () => Number.NaN }))).toEqual([]);
});

describe('the newest records must agree', () => {
  test('all ten of them, and no older ones', () => {
    expect(check(failing(during((step) => step >= 110, dead)))).toHaveLength(1);
    expect(check(failing(during((step) => step >= 111, dead)))).toEqual([]);
    expect(check(failing(during((step) => step !== 119, dead)))).toEqual([]);
  });

  test('as many as are asked for, and no fewer', () => {
    const run = failing({ steps: 25, gradients: dead });

    expect(check(run, { overRecords: 25 })).toHaveLength(1);
    expect(check(run, { overRecords: 26 })).toEqual([]);
  });

  test('before the loss tells one is enough, but not none', () => {
    const run = (steps: number) => history({ steps, model: classifier({}), gradients: dead });

    expect(check(run(1), { atOnce: true })).toHaveLength(1);
    expect(check(run(0), { atOnce: true })).toEqual([]);
    expect(check(run(1))).toEqual([]);
  });

  test('a record that lacks the bias, or its gradient, shows no dead units', () => {
    expect(check(failing({ gradients: dead, change: without(115, 'h2/bias') }))).toEqual([]);
    expect(
      check(
        failing(
          during(
            (step) => step === 115,
            () => ({ ...dead(), 'h2/bias': null }),
          ),
        ),
      ),
    ).toEqual([]);
    const none = { ...usual(), 'h2/bias': null };
    expect(check(failing({ gradients: (step) => (step === 115 ? none : dead()) }))).toEqual([]);
  });
});

test('tells the first step of the stretch in which as many units have been off', () => {
  const since = (isDead: (step: number) => boolean) => check(failing(during(isDead, dead)))[0]?.firstStep;

  expect(since((step) => step >= 40)).toBe(40);
  expect(since((step) => step >= 40 || step < 20)).toBe(40);
  expect(since(() => true)).toBe(0);
  const enough = () => ({ ...usual(), 'h2/bias': off(7) });
  expect(check(failing(during((step) => step >= 40, enough)))[0]?.firstStep).toBe(40);
});

test('tells of all layers, and advises all of them, but points at the last', () => {
  const both = () => ({ ...usual(), 'h1/bias': off(8), 'h2/bias': off(9) });

  expect(told.deadUnits().check(failing({ gradients: both }))).toMatchObject([
    { where: 'h2', evidence: { deadShare: 0.9, layers: 2 }, remedies: [{ layers: ['h1', 'h2'] }, {}] },
  ]);
});

describe('something must come back from the layers behind', () => {
  const nothing = { 'out/kernel': stats(0, 8), 'out/bias': stats(0, 1) };

  test('from one of them, in one record, to one weight', () => {
    // What is dead altogether hands on 0: the kernel behind it gets nothing, the bias there does.
    const silent = { ...usual(), 'h2/kernel': 0, 'h2/bias': stats(0, 10), 'h1/bias': off(8) };

    expect(check(failing({ gradients: () => ({ ...silent, 'out/kernel': 0 }) }))).toMatchObject([
      { where: 'h2', evidence: { deadShare: 1, layers: 2 } },
    ]);
    expect(
      check(failing({ gradients: (step) => ({ ...dead(), ...(step !== 115 && nothing) }) })),
    ).toHaveLength(1);
  });

  test('else the layer, whatever gets to itself and before it, is no fault of its units', () => {
    expect(check(failing({ gradients: () => ({ ...dead(), ...nothing }) }))).toEqual([]);
    expect(
      check(
        failing({
          gradients: () => ({ ...usual(), ...nothing, 'h1/bias': off(9), 'h2/kernel': 0, 'h2/bias': 0 }),
        }),
      ),
    ).toEqual([]);
    expect(
      check(failing({ gradients: () => ({ ...dead(), 'out/kernel': null, 'out/bias': null }) })),
    ).toEqual([]);
  });

  test('a weight that some records lack may still show it', () => {
    const lacking = failing({
      gradients: () => ({ ...dead(), 'out/bias': null }),
      change: without(110, 'out/kernel'),
    });

    expect(check(lacking)).toHaveLength(1);
  });
});

describe('the bias', () => {
  const model = (path: string) =>
    chain(
      [
        { path, activation: 'relu' },
        { path: 'out', activation: 'sigmoid' },
      ],
      'binaryCrossentropy',
    );
  const run = (path: string, gradients: Record<string, Gradient>) =>
    failing({
      model: model(path),
      gradients: () => ({ [`${path}/kernel`]: 1, 'out/kernel': 1, ...gradients }),
    });

  test.each([
    ['h/bias', 1],
    ['h/bias_1', 1],
    ['h/bias_12', 1],
    ['h/beta', 0],
    ['h/gamma', 0],
  ])('%s tells of its units: %i', (key, findings) => {
    expect(check(run('h', { [key]: off(9) }))).toHaveLength(findings);
  });

  test('is known by the name of the weight, not by that of the layer', () => {
    const named = { 'net/bias_net/beta': off(9), 'net/bias_net/bias': off(0) };

    expect(check(run('net/bias_net', named))).toEqual([]);
  });

  test('of no units tells nothing', () => {
    expect(check(run('h', { 'h/bias': stats(0, 0) }))).toEqual([]);
  });
});

describe('without a bias', () => {
  const convolution = { gradients: () => ({ 'h1/kernel': 1, 'h2/kernel': 1, 'out/kernel': 1 }) };
  const tapped =
    (zeros: number, size = 8) =>
    (record: StepRecord): StepRecord => ({
      ...record,
      layers: { h2: { output: { ...stats(1, size), zeros }, outputGradient: null } },
    });

  test('an output that is 0 everywhere tells that all units are off', () => {
    expect(check(failing({ ...convolution, change: tapped(8) }))).toMatchObject([
      { where: 'h2', evidence: { deadShare: 1, layers: 1 } },
    ]);
  });

  test('and one that is not, is empty, or is not recorded, nothing', () => {
    expect(check(failing({ ...convolution, change: tapped(7) }))).toEqual([]);
    expect(check(failing({ ...convolution, change: tapped(0, 0) }))).toEqual([]);
    expect(check(failing(convolution))).toEqual([]);
  });
});
