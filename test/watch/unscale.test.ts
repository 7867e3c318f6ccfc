import { expect, test } from 'vitest';
import type { StepRecord, TensorStats } from '../../src/record/run.js';
import { unscaleRecord } from '../../src/watch/unscale.js';

const stats = (factor: number): TensorStats => ({
  size: 4,
  norm: 2 * factor,
  mean: 0.5 * factor,
  std: 0.25 * factor,
  absMean: 0.75 * factor,
  min: -1 * factor,
  max: 3 * factor,
  zeros: 1,
  nans: 0,
  infs: 0,
});

/** A step whose gradients are `factor` times too large; what is no gradient is not. */
const record = (factor: number): StepRecord => ({
  step: 0,
  wallTimeMs: 1,
  loss: 2,
  learningRate: 0.1,
  globalNorm: 2 * factor,
  lossScale: { scale: 8, fits: true },
  variables: {
    'a/kernel': { gradient: stats(factor), weightNorm: 5, updateNorm: 1, updateRatio: 0.2 },
    'a/bias': { gradient: null, weightNorm: 1, updateNorm: 0, updateRatio: 0 },
  },
  layers: {
    a: { output: stats(1), outputGradient: stats(factor) },
    b: { output: stats(1), outputGradient: null },
  },
  throughTime: {
    lstm: {
      hiddenGradientNorms: [1 * factor, 2 * factor],
      cellGradientNorms: [3 * factor, 4 * factor],
      gates: { forget: { mean: 0.5, saturatedShare: 0 } },
    },
    gru: { hiddenGradientNorms: [5 * factor] },
  },
});

test('every gradient of a record is divided by the scale of its loss, and nothing else is', () => {
  // 8 is a power of 2: no bit is lost on the way.
  expect(unscaleRecord(record(8))).toEqual(record(1));
});

test('a record whose loss was not scaled is returned itself', () => {
  const { lossScale: _, ...plain } = record(8);
  expect(unscaleRecord(plain)).toBe(plain);
});
