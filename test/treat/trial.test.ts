import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBench } from '../../src/treat/bench.js';
import { planOf } from '../../src/treat/plan.js';
import { runTrial } from '../../src/treat/trial.js';

let model: tfl.LayersModel;
let given: { x: tf.Tensor; y: tf.Tensor };
beforeEach(async () => {
  await tf.setBackend('cpu');
  const kernelInitializer = tfl.initializers.heNormal({ seed: 1 });
  model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1], kernelInitializer })] });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  const x = tf.reshape(tf.linspace(-1, 1, 32), [32, 1]);
  given = { x, y: tf.mul(x, 3) };
});
afterEach(() => tf.disposeVariables());

describe('a trial', () => {
  test('tells its loss at the beginning, halfway and at the end', async () => {
    const bench = await createBench(model, { ...given, steps: 8 });
    const { before, halfway, after, givenUp } = await runTrial(bench, planOf(model, undefined));
    expect(givenUp).toBe(false);
    expect(before).toBeGreaterThan(halfway);
    expect(halfway).toBeGreaterThan(after);
  });

  test('ends halfway where it is hopeless there, without a tensor left', async () => {
    const bench = await createBench(model, { ...given, steps: 8 });
    const own = tf.memory().numTensors;
    const asked: number[] = [];
    const trial = await runTrial(bench, planOf(model, undefined), (loss) => asked.push(loss) > 0);
    expect(asked).toEqual([trial.halfway]);
    expect([trial.givenUp, trial.after]).toEqual([true, trial.halfway]);
    expect(trial.report.run.steps.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
    expect(tf.memory().numTensors).toBe(own);
  });

  test('of a single step has no middle', async () => {
    const bench = await createBench(model, { ...given, steps: 1 });
    const { halfway, after } = await runTrial(bench, planOf(model, undefined), () => true);
    expect(halfway).toBe(Number.POSITIVE_INFINITY);
    expect(Number.isFinite(after)).toBe(true);
  });
});
