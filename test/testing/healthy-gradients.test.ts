import * as tf from '@tensorflow/tfjs-core';
import { watch } from 'gradient-health';
import { gradientHealthMatchers, type HealthyGradientsOptions } from 'gradient-health/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { circle, healthy, tooFast, vanishing } from './models.js';

const { toHaveHealthyGradients } = gradientHealthMatchers;
let data: ReturnType<typeof circle>;
beforeAll(async () => {
  await tf.setBackend('cpu');
  data = circle();
});

describe('toHaveHealthyGradients', () => {
  test('tells of each finding its sentence, its numbers and what to do, and names the model', async () => {
    const model = vanishing();
    const { pass, message } = await toHaveHealthyGradients(model, data);
    expect(pass).toBe(false);
    const [head, , finding, sentence, evidence, first] = message().split('\n');
    expect(head).toBe(
      `Expected the gradients of ${model.name} to be healthy before its training, but found:`,
    );
    expect(finding).toBe('warning: vanishing-gradient at hidden_1, step 0');
    expect(sentence).toMatch(/^ {2}hidden_1: gradient norm .* of the output layer's/);
    expect(evidence).toMatch(/^ {2}evidence: gradientNorm /);
    expect(first).toMatch(/^ {2}1\. activation relu in hidden_1, /);
  });

  test('passes over findings of rules that are allowed, and over notes', async () => {
    const { pass } = await toHaveHealthyGradients(vanishing(), {
      ...data,
      allow: ['vanishing-gradient', 'poor-initialization', 'saturated-activation'],
    });
    expect(pass).toBe(true);
  });

  test('finds in a short training what no look before it can see', async () => {
    const [before, during] = [
      await toHaveHealthyGradients(tooFast(), data),
      await toHaveHealthyGradients(tooFast(), { ...data, steps: 40 }),
    ];
    expect([before.pass, during.pass]).toEqual([true, false]);
    expect(during.message()).toMatch(
      /to be healthy within 40 steps of training, but found:\n\n(error|warning): /,
    );
    const { pass, message } = await toHaveHealthyGradients(healthy(), { ...data, steps: 40 });
    expect(pass).toBe(true);
    expect(message()).toMatch(/to be in trouble within 40 steps of training, but no rule found any\.$/);
  });

  test('leaves weights, optimizer and memory as they are, whether it trains or not', async () => {
    const model = healthy();
    await model.trainOnBatch(data.x, data.y); // so that the optimizer has moments
    const everything = async (): Promise<number[][]> =>
      Promise.all(
        [...model.getWeights(), ...(await model.optimizer.getWeights()).map(({ tensor }) => tensor)].map(
          async (each) => [...(await each.data())],
        ),
      );
    const before = await everything();
    // The first look makes what tfjs makes once.
    await toHaveHealthyGradients(model, { ...data, steps: 3 });
    const { numTensors } = tf.memory();
    for (const steps of [0, 3]) await toHaveHealthyGradients(model, { ...data, steps });
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(await everything()).toEqual(before);
    // It may be watched now: nothing of the look is left on it.
    await watch(model, { quiet: true }).stop();
  });

  test('says the same at every run', async () => {
    const say = async (): Promise<string> =>
      (await toHaveHealthyGradients(vanishing(), data)).message().replace(/sequential_\d+/, 'model');
    expect(await say()).toBe(await say());
  });

  test('makes the name of a model safe to print', async () => {
    const model = vanishing();
    Object.defineProperty(model, 'name', { value: 'x\u001b[2J' });
    expect((await toHaveHealthyGradients(model, data)).message()).toContain('of x\\u001b[2J to be healthy');
  });

  test.each<[string, () => unknown, object, string]>([
    ['no model', () => 7, {}, 'toHaveHealthyGradients: expected a compiled model of tfjs-layers, got 7'],
    ['no model at all', () => undefined, {}, 'expected a compiled model of tfjs-layers, got undefined'],
    ['no data', healthy, { x: undefined }, 'toHaveHealthyGradients: needs data'],
    [
      'half a step',
      healthy,
      { steps: 0.5 },
      'toHaveHealthyGradients: steps must be 0 or a positive integer, got 0.5',
    ],
    ['a rule that is none', healthy, { allow: ['vanishing'] }, 'and there is none "vanishing"'],
    ['a batch of nothing', healthy, { batchSize: 0 }, 'batchSize must be a positive integer, got 0'],
  ])('rejects %s', async (_, make, change, message) => {
    const options = { ...data, ...change } as HealthyGradientsOptions;
    await expect(toHaveHealthyGradients(make(), options)).rejects.toThrow(message);
  });

  test('rejects a model that is watched', async () => {
    const model = healthy();
    const monitor = watch(model, { quiet: true });
    await expect(toHaveHealthyGradients(model, data)).rejects.toThrow(/watch/);
    await monitor.stop();
  });
});
