import { expect, test } from 'vitest';
import type { Rule } from '../../src/record/finding.js';
import * as rules from '../../src/rules/index.js';

type Factory = (options: Readonly<Record<string, number>>) => Rule;
const { deadUnits, disconnectedWeights, explodingGradient, explodingThroughTime, gateSaturation } = rules;
const { gradientSpike, inputScale, learningRate, lossDivergence, lossOscillation, lossPlateau } = rules;
const { overClipping, overRegularization, poorInitialization, precisionUnderflow } = rules;
const { saturatedActivation, targetScale, unchangedWeights, updateRatioHigh, updateRatioLow } = rules;
const { vanishingGradient, vanishingThroughTime, zeroGradient } = rules;

test.each<[string, Factory, string]>([
  ['deadUnits', deadUnits, 'share'],
  ['explodingGradient', explodingGradient, 'above growth depthRatio'],
  ['explodingThroughTime', explodingThroughTime, 'ratio'],
  ['gateSaturation', gateSaturation, 'share'],
  ['gradientSpike', gradientSpike, 'factor'],
  ['inputScale', inputScale, 'above below'],
  ['learningRate', learningRate, 'above below'],
  ['lossDivergence', lossDivergence, 'factor'],
  ['lossOscillation', lossOscillation, 'deviation'],
  ['overClipping', overClipping, 'below fired'],
  ['overRegularization', overRegularization, 'share dropout'],
  ['poorInitialization', poorInitialization, 'factor saturation'],
  ['precisionUnderflow', precisionUnderflow, 'share'],
  ['saturatedActivation', saturatedActivation, 'share'],
  ['targetScale', targetScale, 'above'],
  ['updateRatioHigh', updateRatioHigh, 'ratio'],
  ['updateRatioLow', updateRatioLow, 'ratio'],
  ['vanishingGradient', vanishingGradient, 'below ratio'],
  ['vanishingThroughTime', vanishingThroughTime, 'ratio'],
  ['laggingAverages', rules.laggingAverages, 'gap'],
])('%s takes positive finite thresholds and refuses others by name', (name, factory, options) => {
  for (const option of options.split(' ')) {
    for (const value of [0, -1, Number.NaN, Infinity]) {
      const message = `${name}: ${option} must be a positive finite number, got ${value}`;
      expect(() => factory({ [option]: value })).toThrow(new RangeError(message));
    }
    expect(() => factory({ [option]: 1e-300 })).not.toThrow();
  }
});

test.each<[string, Factory]>([
  ['deadUnits', deadUnits],
  ['disconnectedWeights', disconnectedWeights],
  ['explodingGradient', explodingGradient],
  ['explodingThroughTime', explodingThroughTime],
  ['gateSaturation', gateSaturation],
  ['gradientSpike', gradientSpike],
  ['learningRate', learningRate],
  ['lossOscillation', lossOscillation],
  ['lossPlateau', lossPlateau],
  ['overClipping', overClipping],
  ['precisionUnderflow', precisionUnderflow],
  ['saturatedActivation', saturatedActivation],
  ['unchangedWeights', unchangedWeights],
  ['updateRatioHigh', updateRatioHigh],
  ['updateRatioLow', updateRatioLow],
  ['vanishingGradient', vanishingGradient],
  ['vanishingThroughTime', vanishingThroughTime],
  ['zeroGradient', zeroGradient],
])('%s takes a whole number of records and refuses others by name', (name, factory) => {
  for (const value of [0, -1, 1.5, Number.NaN, Infinity]) {
    const message = `${name}: overRecords must be a positive integer, got ${value}`;
    expect(() => factory({ overRecords: value })).toThrow(new RangeError(message));
  }
  expect(() => factory({ overRecords: 1 })).not.toThrow();
});
