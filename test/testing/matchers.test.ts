import * as tf from '@tensorflow/tfjs-core';
import { type GradientHealthAssertions, gradientHealthMatchers } from 'gradient-health/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { circle, healthy, vanishing } from './models.js';

beforeAll(() => tf.setBackend('cpu').then(() => {}));

describe('in vitest', () => {
  expect.extend(gradientHealthMatchers);

  test('they assert and deny', async () => {
    const data = circle();
    await expect(healthy()).toHaveHealthyGradients(data);
    await expect(vanishing()).not.toHaveHealthyGradients(data);
    await expect(() => tf.tidy(() => tf.square(2))).toLeakNothing();
    await expect(() => void tf.ones([2])).not.toLeakNothing();
  });

  test('an assertion that fails is rejected with the finding', async () => {
    await expect(async () => expect(vanishing()).toHaveHealthyGradients(circle())).rejects.toThrow(
      /but found:\n\nwarning: vanishing-gradient at hidden_1, step 0\n/,
    );
    await expect(async () => expect(healthy()).not.toHaveHealthyGradients(circle())).rejects.toThrow(
      /^Expected the gradients of \w+ to be in trouble before its training, but no rule found any\.$/,
    );
    await expect(async () => expect(() => void tf.ones([2])).toLeakNothing()).rejects.toThrow(
      'but 10 runs left 10 tensors and 80 bytes',
    );
  });

  test('they are known to the types of `expect`', () => {
    const { toHaveHealthyGradients, toLeakNothing }: GradientHealthAssertions = expect(0);
    expect([typeof toHaveHealthyGradients, typeof toLeakNothing]).toEqual(['function', 'function']);
    const without = async () => {
      // @ts-expect-error there is nothing to look at without data
      await expect(0).toHaveHealthyGradients();
    };
    expect(without).toBeTypeOf('function');
  });
});

describe('as jest calls them', () => {
  /** What jest does with a matcher: its result is awaited, and judged by `pass` and whether the assertion is negated. */
  async function assertion(
    name: keyof typeof gradientHealthMatchers,
    isNot: boolean,
    received: unknown,
    ...expected: unknown[]
  ): Promise<string | null> {
    const state = { isNot, promise: '', equals: Object.is, utils: {} };
    const result: unknown = await Reflect.apply(gradientHealthMatchers[name], state, [received, ...expected]);
    // What jest demands of a result, or it reports a faulty matcher.
    if (typeof result !== 'object' || result === null) throw new Error('no object');
    if (!('message' in result && typeof result.message === 'function'))
      throw new Error('no message function');
    if (!('pass' in result && typeof result.pass === 'boolean')) throw new Error('no pass');
    return result.pass === isNot ? String(result.message()) : null;
  }

  test('they need nothing of the state and give a result with `pass` and `message`', async () => {
    const data = circle();
    expect(await assertion('toHaveHealthyGradients', false, healthy(), data)).toBeNull();
    expect(await assertion('toHaveHealthyGradients', true, vanishing(), data)).toBeNull();
    expect(await assertion('toHaveHealthyGradients', false, vanishing(), data)).toContain(
      'vanishing-gradient',
    );
    expect(await assertion('toHaveHealthyGradients', true, healthy(), data)).toContain('no rule found any');
    expect(await assertion('toLeakNothing', false, () => {})).toBeNull();
    expect(await assertion('toLeakNothing', true, () => {})).toBe(
      'Expected the function to leave tensors behind, but 10 runs left none.',
    );
  });
});
