import { describe, expect, test } from 'vitest';
import type { LayerRecord, StepRecord, ThroughTimeRecord } from '../../src/record/run.js';
import { classifier, failing, usual } from './facts.js';
import { chain, fallingLoss, stats } from './histories.js';
import {
  deadUnits,
  explodingThroughTime,
  gateSaturation,
  saturatedActivation,
  vanishingThroughTime,
} from './told.js';

describe('deadUnits', () => {
  const off = (zeros: number, parts = {}) =>
    deadUnits().check(
      failing({ gradients: () => ({ ...usual(), 'h2/bias': { ...stats(0.1, 10), zeros } }), ...parts }),
    );

  test('finds a layer most of whose units get no gradient in any of ten records', () => {
    expect(off(7)).toMatchObject([
      {
        rule: 'dead-units',
        severity: 'warning',
        where: 'h2',
        evidence: { deadShare: 0.7, layers: 1 },
        remedies: [{ to: 'leakyRelu' }, {}],
      },
    ]);
    expect(off(6)).toEqual([]);
    expect(off(9, { steps: 25 })).toHaveLength(1);
  });

  test('takes the fewest zeros: units that wake now and then are not dead', () => {
    const waking = (step: number) => ({
      ...usual(),
      'h2/bias': { ...stats(0.1, 10), zeros: step % 10 === 0 ? 3 : 9 },
    });
    expect(off(0, { gradients: waking })).toEqual([]);
  });

  test('is silent on other activations, behind a loss that passes nothing, and on a run that gets on', () => {
    expect(off(9, { model: classifier({ activation: 'tanh' }) })).toEqual([]);
    const nothing = () => Object.fromEntries(Object.keys(usual()).map((key) => [key, 0]));
    expect(off(9, { gradients: nothing })).toEqual([]);
    expect(off(9, { loss: fallingLoss })).toEqual([]);
  });
});

/** Adds what taps measured to every record. */
const tapped =
  (
    layers: Readonly<Record<string, LayerRecord>>,
    throughTime?: Readonly<Record<string, ThroughTimeRecord>>,
  ) =>
  (record: StepRecord): StepRecord => ({ ...record, layers, ...(throughTime && { throughTime }) });
const layer = (absMean: number, saturatedShare?: number): LayerRecord => ({
  output: { ...stats(1, 8), absMean },
  outputGradient: stats(1, 8),
  ...(saturatedShare !== undefined && { saturatedShare }),
});

describe('saturatedActivation', () => {
  const check = (share: number, parts = {}) =>
    saturatedActivation().check(
      failing({
        gradients: usual,
        model: classifier({ activation: 'tanh' }),
        change: tapped({ h1: layer(0.9, share), out: layer(1, 1) }),
        ...parts,
      }),
    );

  test('finds hidden layers at their flat ends, and not the output, which may be certain', () => {
    expect(check(0.5)).toMatchObject([
      { rule: 'saturated-activation', where: 'h1', evidence: { saturatedShare: 0.5, layers: 1 } },
    ]);
    expect(check(0.49)).toEqual([]);
  });

  test('reads the outputs of a recurrent tanh', () => {
    const model = chain([{ path: 'h1', className: 'SimpleRNN', activation: 'tanh' }, { path: 'out' }]);
    const run = (absMean: number) =>
      failing({ model, loss: () => 1, change: tapped({ h1: layer(absMean) }) });
    const data = { input: stats(1), target: { ...stats(1), std: 1 } };
    expect(saturatedActivation().check({ ...run(0.91), data })).toHaveLength(1);
    expect(saturatedActivation().check({ ...run(0.89), data })).toEqual([]);
  });

  test('is silent without taps, and on a run that gets on', () => {
    expect(check(0.9, { change: (record: StepRecord) => record })).toEqual([]);
    expect(check(0.9, { loss: fallingLoss })).toEqual([]);
  });
});

const recurrent = (className: string) =>
  chain(
    [
      { path: 'rnn', className, activation: 'tanh' },
      { path: 'out', activation: 'sigmoid' },
    ],
    'binaryCrossentropy',
  );
/** Norms that change by a factor with each of 21 time steps, the last one being 1. */
const norms = (first: number) => Array.from({ length: 21 }, (_, time) => first ** (1 - time / 20));
const through = (record: ThroughTimeRecord, className = 'LSTM', parts = {}) =>
  failing({ model: recurrent(className), change: tapped({ rnn: layer(0.5) }, { rnn: record }), ...parts });

describe('vanishingThroughTime', () => {
  const check = (first: number, className?: string, parts = {}) =>
    vanishingThroughTime().check(through({ hiddenGradientNorms: norms(first) }, className, parts));

  test('finds a gradient that does not reach the first time steps, and advises by the kind of cell', () => {
    expect(check(1e-5)).toMatchObject([
      {
        rule: 'vanishing-through-time',
        where: 'rnn',
        evidence: { timeSteps: 21 },
        remedies: [{ kind: 'forget-bias', to: 'chrono(21)' }],
      },
    ]);
    expect(check(1e-5, 'SimpleRNN')[0]?.remedies[0]).toMatchObject({ kind: 'cell', to: 'lstm' });
    expect(check(1e-2)).toEqual([]);
  });

  test('counts the memory cell as a way for the gradient', () => {
    const carried = { hiddenGradientNorms: norms(1e-5), cellGradientNorms: norms(0.5) };
    expect(vanishingThroughTime().check(through(carried))).toEqual([]);
  });

  test('is silent on a run that gets on, and where nothing can be compared', () => {
    expect(check(1e-5, 'LSTM', { loss: fallingLoss })).toEqual([]);
    for (const hiddenGradientNorms of [[], [1], [0, 0], [Number.NaN, 1]]) {
      expect(vanishingThroughTime().check(through({ hiddenGradientNorms }))).toEqual([]);
    }
  });
});

describe('explodingThroughTime', () => {
  test('finds a gradient that grows on its way back', () => {
    const check = (first: number) =>
      explodingThroughTime().check(through({ hiddenGradientNorms: norms(first) }));
    expect(check(1e5)).toMatchObject([
      {
        rule: 'exploding-through-time',
        severity: 'warning',
        where: 'rnn',
        remedies: [{ to: 'orthogonal' }, {}],
      },
    ]);
    expect(check(100)).toEqual([]);
  });

  test('finds a state that grows, where saturation lets no gradient pass; an error where the loss is lost', () => {
    const change = tapped({ rnn: layer(1e6) }, { rnn: { hiddenGradientNorms: [0, 0] } });
    const run = (loss: number) => failing({ model: recurrent('SimpleRNN'), change, loss: () => loss });
    expect(explodingThroughTime().check(run(8))).toMatchObject([
      { severity: 'warning', evidence: { output: 1e6 } },
    ]);
    expect(explodingThroughTime().check(run(Number.NaN))).toMatchObject([{ severity: 'error' }]);
  });
});

describe('gateSaturation', () => {
  const check = (gate: string, mean: number, saturatedShare: number, parts = {}) =>
    gateSaturation().check(
      through({ hiddenGradientNorms: [1, 1], gates: { [gate]: { mean, saturatedShare } } }, 'LSTM', parts),
    );

  test('finds gates that are stuck either way, but a forget gate only where it is shut', () => {
    expect(check('input', 0.01, 0.8)).toMatchObject([
      { rule: 'gate-saturation', where: 'rnn', message: expect.stringContaining('stuck shut') },
    ]);
    expect(check('output', 0.99, 0.9)).toMatchObject([{ message: expect.stringContaining('stuck open') }]);
    expect(check('forget', 0.99, 0.9)).toEqual([]);
    expect(check('forget', 0.01, 0.9)).toHaveLength(1);
    expect(check('input', 0.01, 0.79)).toEqual([]);
    expect(check('input', 0.01, 0.9, { loss: fallingLoss })).toEqual([]);
  });
});
