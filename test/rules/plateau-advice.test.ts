import { describe, expect, test } from 'vitest';
import type { LayerFacts, ModelFacts, Run, TensorStats } from '../../src/record/run.js';
import { plateauAdvice } from '../../src/rules/plateau-advice.js';
import { classifier, dataStats, failing, usual, weightsOf } from './facts.js';

/** Of 100 targets, 40 of them 1 and the others 0. */
const classes: TensorStats = dataStats(1, { size: 100, norm: Math.sqrt(40), mean: 0.4, min: 0, max: 1 });

interface Parts {
  readonly target?: TensorStats | undefined;
  readonly loss?: string;
  readonly output?: Partial<LayerFacts>;
  readonly optimizer?: string;
  /** Update over weights of every layer. */
  readonly moved?: number;
}

const run = ({ target, loss, output = {}, optimizer = 'Adam', moved = 0.01 }: Parts): Run => {
  const model: ModelFacts = {
    ...classifier({}, output, loss),
    optimizer: { className: optimizer, config: {} },
  };
  return failing(
    {
      model,
      gradients: usual,
      change: weightsOf({ '*': { weightNorm: 1, updateNorm: moved } }),
    },
    target ? { input: dataStats(1), target } : null,
  );
};
const advice = (parts: Parts) => plateauAdvice(run(parts)).map(({ kind, to }) => `${kind}: ${to}`);

describe('a loss that stands still is advised', () => {
  const squared = { target: classes, loss: 'meanSquaredError' };

  test('cross-entropy for a sigmoid that is to return 0 or 1', () => {
    expect(advice(squared)).toEqual(['loss: binaryCrossentropy']);
    expect(advice({ ...squared, loss: 'binaryCrossentropy' })).toEqual([]);
    expect(advice({ ...squared, output: { activation: 'linear' } })).toEqual([]);
    expect(advice({ ...squared, output: { weights: { kernel: [8, 2], bias: [2] } } })).toEqual([]);
    expect(advice({ ...squared, target: undefined })).toEqual([]);
  });

  test('no cross-entropy for other targets', () => {
    // One of 0.9 among them: the squares are 0.09 less than the sum.
    const between = { ...classes, norm: Math.sqrt(39.71), mean: 0.399 };
    expect(advice({ ...squared, target: between })).toEqual([]);
    expect(advice({ ...squared, target: { ...classes, max: 2 } })).toEqual([]);
    expect(advice({ ...squared, target: { ...classes, min: -1 } })).toEqual([]);
  });

  test('cross-entropy for targets some of which are no numbers', () => {
    const withGaps = { ...classes, size: 110, nans: 7, infs: 3 };
    expect(advice({ ...squared, target: withGaps })).toEqual(['loss: binaryCrossentropy']);
  });

  test('ten times the rate where updates are below a thousandth of the weights', () => {
    expect(advice({ moved: 0.9e-3 })).toEqual(['learning-rate: 0.1']);
    expect(advice({ moved: 1.1e-3 })).toEqual([]);
    expect(advice({ moved: 0 })).toEqual([]);
    expect(plateauAdvice(run({ moved: 0.9e-3 }))[0]?.reason).toContain('by 9.0e-4 of themselves');
  });

  test('Adam where steps are as large as gradients', () => {
    expect(advice({ optimizer: 'SGD' })).toEqual(['optimizer: adam(0.003)']);
    expect(advice({ optimizer: 'RMSProp' })).toEqual([]);
    expect(plateauAdvice({ ...run({ optimizer: 'SGD' }), model: null })).toEqual([]);
  });

  test('no rate where none is known', () => {
    const known = run({ moved: 0.9e-3 });
    const steps = known.steps.map((record) => ({ ...record, learningRate: null }));
    expect(plateauAdvice({ ...known, steps })).toEqual([]);
  });
});
