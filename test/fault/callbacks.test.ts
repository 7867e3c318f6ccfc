import * as tf from '@tensorflow/tfjs-core';
import { type Rule, type WatchOptions, watch } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { compiled, data, weightsOf } from '../watch/models.js';

const fail = (): never => {
  throw new Error('of the user');
};
const alwaysFinds: Rule = {
  id: 'always',
  check: ({ steps }) =>
    steps.map(({ step }) => ({
      rule: 'always',
      severity: 'warning',
      where: `step ${step}`,
      firstStep: step,
      lastStep: step,
      evidence: {},
      message: 'always',
      remedies: [],
    })),
};

describe('a function of the user that throws while training runs', () => {
  test.each<[string, WatchOptions, rule: string]>([
    ['onStep', { onStep: fail }, 'callback-failed'],
    ['onFinding', { onFinding: fail, rules: [alwaysFinds] }, 'callback-failed'],
    ['onFinding of a failed sink', { onFinding: fail, sinks: [{ write: fail }] }, 'callback-failed'],
    ['every', { every: fail }, 'watch-failed'],
    ['histograms', { histograms: fail }, 'watch-failed'],
    ['activations', { activations: fail }, 'watch-failed'],
    ['weights', { weights: fail }, 'watch-failed'],
    ['a rule', { rules: [{ id: 'broken', check: fail }] }, 'broken'],
  ])('%s leaves training as it was and becomes a finding', async (_, options, rule) => {
    const { x, y } = data();
    const model = compiled(tf.train.sgd(0.05));
    const monitor = watch(model, { quiet: true, ...options });
    await model.fit(x, y, { epochs: 4, batchSize: 32, shuffle: false, verbose: 0 });
    await monitor.stop();
    const plain = compiled(tf.train.sgd(0.05));
    await plain.fit(x, y, { epochs: 4, batchSize: 32, shuffle: false, verbose: 0 });
    expect(await weightsOf(model)).toEqual(await weightsOf(plain));
    expect(monitor.findings.map((finding) => finding.rule)).toContain(rule);
    expect(monitor.report().verdict).not.toBe('');
  });
});
